const { Visitor } = require('@swc/core/Visitor.js');

// swc's own visitor does not know `using` declarations and throws on them; dependency-cruiser builds on that visitor.
const visitStatement = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function visitAnyStatement(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};

/**
 * The house rule as data: imports point to a lower ring, siblings never import each other, each vendor SDK has one home.
 * Parsed with swc, because TypeScript 7 has no JavaScript API. Tests may reach further (real clients, the testing package),
 * never the code that ships.
 */
const rings = [
  ['core'],
  ['policy', 'approvals', 'audit', 'memory', 'agent', 'workflow', 'coordination', 'mcp-server'],
  ['application', 'mcp-client', 'aws', 'slack', 'notifications', 'google-admin', 'jira', 'lambda'],
  ['cloud'],
  ['functions'],
  ['local', 'cli', 'infra'],
];
/** Allowed beside the lower rings: [from, to]. */
const alsoAllowed = [['cli', 'local']];
const developmentOnly = ['testing', 'bench'];

/** SDK (as a path under node_modules) and the only folders that may import it. */
const vendorHomes = [
  { sdk: '@aws-sdk/', homes: ['packages/aws'] },
  { sdk: '@ai-sdk/amazon-bedrock', homes: ['packages/aws'] },
  { sdk: '@ai-sdk/', homes: ['packages/agent', 'packages/aws'] },
  { sdk: '@slack/', homes: ['packages/slack'] },
  {
    sdk: '@modelcontextprotocol/',
    homes: ['packages/mcp-client', 'packages/mcp-server', 'packages/bench'],
  },
  { sdk: 'ai/', homes: ['packages/agent'] },
  { sdk: '@googleapis/', homes: ['packages/google-admin'] },
  { sdk: 'google-auth-library', homes: ['packages/google-admin'] },
  { sdk: 'jira\\.js', homes: ['packages/jira'] },
  { sdk: 'dynalite', homes: ['packages/local'] },
  { sdk: 'aws-local-stepfunctions', homes: ['packages/local'] },
  { sdk: '@cdktf/', homes: ['infra'] },
  { sdk: 'cdktf/', homes: ['infra'] },
];

const tests = '(\\.test\\.ts$|/test/)';
const folderOf = (name) => (name === 'functions' || name === 'infra' ? `^${name}/` : `^packages/${name}/`);
const anyOf = (names) => names.map(folderOf).join('|');

const ringRules = rings.flatMap((ring, level) =>
  ring.map((name) => {
    const extra = alsoAllowed.filter(([from]) => from === name).map(([, to]) => to);
    const reachable = [...rings.slice(0, level).flat(), ...extra];
    const others = [...rings.flat(), ...developmentOnly].filter(
      (other) => !reachable.includes(other) && (other === 'functions' || other !== name),
    );
    return {
      name: `ring-${level}-${name}`,
      comment: `${name} is in ring ${level}: it may import ${reachable.length > 0 ? reachable.join(', ') : 'no other package'}.`,
      severity: 'error',
      // A function's own files are its own; another function's are a sibling's.
      from:
        name === 'functions'
          ? { path: '^functions/([^/]+)/', pathNot: tests }
          : { path: folderOf(name), pathNot: tests },
      to: name === 'functions' ? { path: anyOf(others), pathNot: '^functions/$1/' } : { path: anyOf(others) },
    };
  }),
);

const vendorRules = vendorHomes.map(({ sdk, homes }) => ({
  name: `vendor-${sdk.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}`,
  comment: `${sdk} is imported in ${homes.join(' and ')} only.`,
  severity: 'error',
  from: {
    path: '^(packages|functions|infra)/',
    pathNot: [tests, ...homes.map((home) => `^${home}/`), '^packages/testing/'],
  },
  // Under pnpm a package's real path has a second node_modules segment.
  to: { path: `node_modules/${sdk}` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle of files has no order in which it can be read.',
      severity: 'error',
      from: { path: '^(packages|functions|infra)/' },
      to: { circular: true },
    },
    {
      name: 'not-resolvable',
      comment: 'The import names something that is not there, or that the package.json does not declare.',
      severity: 'error',
      from: { path: '^(packages|functions|infra|tests)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      comment: 'The package is not in the dependencies of the importing package.',
      severity: 'error',
      from: { path: '^(packages|functions|infra)/', pathNot: tests },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'pure-packages-touch-nothing',
      comment: 'What decides must not read files, sockets or processes: it gets everything passed in.',
      severity: 'error',
      // Loading a data file that a package ships is kept in a file of its own, out of what decides.
      from: {
        path: '^packages/(core|policy|approvals|audit|memory|workflow|coordination)/src/',
        pathNot: [tests, '/load-[\\w-]+\\.ts$'],
      },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|fs/promises|net|http|https|http2|tls|dgram|child_process|worker_threads|cluster)$',
      },
    },
    {
      name: 'no-reach-into-another-package',
      comment: 'Import a package by its name (@hitl/...), never by a path into its folder.',
      severity: 'error',
      // A test may use another package's test peers, which that package does not export.
      from: { path: '^packages/([^/]+)/', pathNot: tests },
      to: { path: '^packages/[^/]+/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    ...ringRules,
    ...vendorRules,
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/(dist|cdktf\\.out)/' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'types', 'default', 'require'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
