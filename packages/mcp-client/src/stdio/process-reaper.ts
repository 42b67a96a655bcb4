import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Sees to it that the process groups given to it end with us, also when we are killed without a chance to clean up.
 * One per tool source; costs one idle shell once the first child runs.
 */
export interface ProcessReaper {
  add(pid: number): void;
  remove(pid: number): void;
  close(): void;
}

/**
 * Reads `add PID` / `del PID` lines. End of input means that the parent is gone, however it went: the groups that are still
 * listed are asked to stop and a second later killed. The shell itself leads its own session, so the terminal's Ctrl-C and
 * signals to our group don't reach it.
 */
const watchScript = `
trap '' INT HUP TERM
pids=""
while read -r op pid; do
  if [ "$op" = add ]; then pids="$pids $pid"; continue; fi
  rest=""
  for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done
  pids="$rest"
done
[ -z "$pids" ] && exit 0
for p in $pids; do kill -TERM "-$p" 2>/dev/null; done
sleep 1
for p in $pids; do kill -KILL "-$p" 2>/dev/null; done
exit 0
`;

export function createProcessReaper(): ProcessReaper {
  const pids = new Set<number>();
  let watcher: ChildProcess | undefined;
  // An orderly exit needs no second of grace: nobody is left to read the answers.
  const onExit = () => {
    for (const pid of pids) killGroup(pid, 'SIGKILL');
  };

  function start(): ChildProcess | undefined {
    // Windows has no process groups; there, closing stdin and killing the child itself is all there is.
    if (process.platform === 'win32') return undefined;
    const child = spawn('/bin/sh', ['-c', watchScript], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.unref();
    // Without this the pipe alone would keep our process alive.
    (child.stdin as unknown as { unref?: () => void }).unref?.();
    process.on('exit', onExit);
    return child;
  }

  return {
    add(pid) {
      watcher ??= start();
      pids.add(pid);
      watcher?.stdin?.write(`add ${pid}\n`);
    },
    remove(pid) {
      if (pids.delete(pid)) watcher?.stdin?.write(`del ${pid}\n`);
    },
    close() {
      process.off('exit', onExit);
      watcher?.stdin?.end();
      watcher = undefined;
    },
  };
}

/** Signals a whole process group; a group that is already gone is what we want. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // ESRCH: nothing left to stop.
  }
}
