// Docs drift; this keeps them true. Every relative link and anchor, every repository path, every `npm run x` and every
// `hitl-mcp` command and option that a Markdown file names must exist.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trackedFiles } from './tracked-files.mjs';

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const builtInNpm = new Set(['install', 'ci', 'exec', 'config', 'view', 'pkg', 'version', 'run', 'i', 'help']);
const topFolders = [
  'packages',
  'functions',
  'infra',
  'scripts',
  'docs',
  'environments',
  'tests',
  'bench',
  '.ci',
  '.github',
];
const pathPattern = new RegExp(
  `^(?:\\./)?(?:${topFolders.map((name) => name.replace('.', '\\.')).join('|')})/\\S*$`,
);

const helpCache = new Map();
const problems = [];
for (const file of trackedFiles(root, ['*.md'])) checkFile(file);
if (problems.length > 0) process.stderr.write(`${problems.join('\n')}\n`);
process.exit(problems.length > 0 ? 1 : 0);

function checkFile(file) {
  let fence;
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .forEach((line, index) => {
      const report = (message) => problems.push(`${file}:${index + 1}: ${message}`);
      const marker = /^\s*(```+|~~~+)\s*(\S*)/.exec(line);
      if (marker !== null) {
        fence = fence === undefined ? { language: marker[2] } : undefined;
        return;
      }
      if (fence !== undefined) {
        if (/^(sh|bash|shell|console)$/.test(fence.language)) checkCommandLine(line, report);
        return;
      }
      for (const [, code] of line.matchAll(/`([^`]+)`/g)) checkCommandLine(code, report);
      for (const [, target] of line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g)) {
        checkLink(file, target, report);
      }
    });
}

function checkLink(file, target, report) {
  if (/^[a-z]+:/i.test(target)) return;
  const [path, anchor] = target.split('#');
  const full = path === '' ? join(root, file) : normalize(join(root, dirname(file), decodeURI(path)));
  if (!existsSync(full)) report(`the link target ${target} does not exist`);
  else if (anchor && full.endsWith('.md') && !anchorsOf(full).has(anchor))
    report(`${target}: there is no such heading`);
}

function anchorsOf(path) {
  const anchors = new Set();
  for (const [, title] of readFileSync(path, 'utf8').matchAll(/^#+\s+(.*)$/gm)) {
    anchors.add(
      title
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    );
  }
  return anchors;
}

/** One shell line or one code span: `npm run x`, `hitl-mcp x y --z`, and paths of this repository anywhere in it. */
function checkCommandLine(text, report) {
  const line = text.replace(/^\s*[$>]\s+/, '').replace(/(^|\s)#\s.*$/, '');
  const npm = /(?:^|\s)npm\s+(?:(run)\s+)?([a-z][\w:-]*)/.exec(line);
  if (npm !== null) {
    const [, isRun, script] = npm;
    if (isRun ? !(script in scripts) : !(script in scripts) && !builtInNpm.has(script)) {
      report(`"npm ${isRun ? 'run ' : ''}${script}" is not a script of package.json`);
    }
  }
  const cli = /(?:^|\s|\/)hitl-mcp((?:\s+\S+)*)\s*$/.exec(line.split(/\s[|&;<>]|[|;]/)[0] ?? '');
  if (cli !== null) checkCli((cli[1] ?? '').trim().split(/\s+/).filter(Boolean), report);
  for (const word of line.split(/[\s"'=(),;]+/)) {
    const path = word.replace(/[.:]$/, '').replace(/:\d+$/, '');
    if (!pathPattern.test(path) || /[<>{}…$]|NNNN|\.\.\./.test(path)) continue;
    const found = path.includes('*')
      ? globSync(path, { cwd: root }).length > 0
      : existsSync(join(root, path));
    if (!found && !isGenerated(path)) report(`${path} does not exist`);
  }
}

/** What .gitignore names is made by a command and may be absent. */
function isGenerated(path) {
  return spawnSync('git', ['check-ignore', '-q', path], { cwd: root }).status === 0;
}

function helpOf(path) {
  const key = path.join(' ');
  if (!helpCache.has(key)) {
    const main = join(root, 'packages/cli/src/main.ts');
    const { status, stdout } = spawnSync(process.execPath, [main, ...path, '--help'], {
      encoding: 'utf8',
      cwd: root,
    });
    helpCache.set(key, status === 0 ? stdout : '');
  }
  return helpCache.get(key);
}

function commandsIn(help) {
  const names = new Set();
  const section = /^Commands:\n((?:[ \t].*\n?|\n)+)/m.exec(help)?.[1] ?? '';
  for (const [, name] of section.matchAll(/^ {2}([a-z][\w-]*)/gm)) names.add(name);
  return names;
}

function checkCli(words, report) {
  const path = [];
  for (const word of words) {
    const known = commandsIn(helpOf(path));
    if (word.startsWith('-') || known.size === 0) break;
    if (/^[[<(…{A-Z]/.test(word)) break;
    for (const name of word.split(/\\?\|/)) {
      if (!known.has(name)) return report(`"hitl-mcp ${[...path, name].join(' ')}" is not a command`);
    }
    path.push(word.split(/\\?\|/)[0]);
  }
  const help = `${helpOf([])}\n${helpOf(path)}`;
  for (const word of words) {
    const option = /^\[?(--[a-z][\w-]*)/.exec(word)?.[1];
    if (option && option !== '--help' && !new RegExp(`${option}(?![\\w-])`).test(help)) {
      report(`"hitl-mcp ${path.join(' ')}" has no option ${option}`);
    }
  }
}
