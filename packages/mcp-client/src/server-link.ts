import { type Clock, UnavailableError } from '@hitl/core';
import { createSchemaCompiler } from './compile-schema.ts';
import { type Connection, type ConnectionDeps, openConnection } from './connection.ts';
import { Deadline } from './deadline.ts';
import { describeFault } from './describe-fault.ts';
import { buildListing, type ServerListing } from './listing/build-listing.ts';
import { fetchRawTools } from './listing/fetch-raw-tools.ts';
import { isBrokenConnection } from './network-codes.ts';
import { createRestartBackoff, type RestartOptions } from './restart-backoff.ts';
import type { ServerConfig } from './server-config.ts';
import { isSessionLost } from './session-lost.ts';

export interface ServerLinkDeps extends ConnectionDeps {
  readonly clock: Clock;
  readonly listTimeoutMs: number;
  readonly maxListingAgeMs: number;
  readonly restart: RestartOptions;
  readonly warn: (message: string) => void;
}

export interface ReadyServer {
  readonly connection: Connection;
  readonly listing: ServerListing;
}

/** One configured server over all its connections: started when first needed, replaced when lost, never in a hurry. */
export interface ServerLink {
  readonly config: ServerConfig;
  /** The connection and a listing that is current for it, when both are there already. */
  readyNow(): ReadyServer | undefined;
  /** Connects and lists as far as needed. Throws `UnavailableError`, or the deadline's reason when that passes first. */
  ready(deadline: Deadline, options?: { readonly relist?: boolean }): Promise<ReadyServer>;
  /** Around each request: a connection that is retired meanwhile stays open until `end`. */
  begin(connection: Connection): void;
  end(connection: Connection): void;
  /** Gives a connection up; calls still under way on it may end. */
  retire(connection: Connection): void;
  /** Something went unanswered: before its next use the connection must show that it lives. */
  suspect(connection: Connection): void;
  close(): Promise<void>;
}

const probeMs = 2000;
/** Servers and load balancers drop connections that idle longer; writing a call to such a one would lose it. */
const freshConnectionMs = 1000;

export function createServerLink(config: ServerConfig, deps: ServerLinkDeps): ServerLink {
  const { clock } = deps;
  const backoff = createRestartBackoff(clock, deps.restart);
  const compiler = createSchemaCompiler({ runsPatterns: config.isTrusted });
  const retired = new Set<Connection>();
  let current: Connection | undefined;
  let connecting: Promise<Connection> | undefined;
  let snapshot: (ReadyServer & { readonly listedAtMs: number }) | undefined;
  let listingNow: { readonly connection: Connection; readonly promise: Promise<ReadyServer> } | undefined;
  let suspected: Connection | undefined;
  let probing: { readonly connection: Connection; readonly promise: Promise<void> } | undefined;
  const ending = new AbortController();
  let isClosed = false;

  function onConnectionClosed(connection: Connection): void {
    retired.delete(connection);
    if (current !== connection) return;
    current = undefined;
    if (isClosed) return;
    backoff.noteEnd(connection.openedAtMs, describeFault(connection.endReason() ?? 'the connection closed'));
  }

  function connect(): Promise<Connection> {
    if (isClosed) return Promise.reject(new UnavailableError('closed'));
    if (current?.isOpen()) return Promise.resolve(current);
    if (connecting !== undefined) return connecting;
    const refusal = backoff.refusal();
    if (refusal !== undefined) return Promise.reject(new UnavailableError(refusal));
    connecting = openConnection(config, deps, { nowMs: clock.now(), signal: ending.signal })
      .then(
        async (connection) => {
          if (isClosed) {
            await connection.close();
            throw new UnavailableError('closed');
          }
          current = connection;
          connection.onClose(() => onConnectionClosed(connection));
          return connection;
        },
        (error: unknown) => {
          backoff.noteFailure(describeFault(error));
          throw error;
        },
      )
      .finally(() => {
        connecting = undefined;
      });
    // Those who wait may have left at their deadline.
    connecting.catch(() => {});
    return connecting;
  }

  function readyNow(): ReadyServer | undefined {
    if (snapshot === undefined || current === undefined || snapshot.connection !== current) return undefined;
    if (needsProbe(current) || current.hasListChanged() || !current.isOpen()) return undefined;
    return clock.now() - snapshot.listedAtMs <= deps.maxListingAgeMs ? snapshot : undefined;
  }

  /** One listing at a time per connection; it has a deadline of its own, since several callers may wait for it. */
  function relist(connection: Connection): Promise<ReadyServer> {
    if (listingNow?.connection === connection) return listingNow.promise;
    const deadline = new Deadline(deps.listTimeoutMs);
    connection.takeListChanged();
    begin(connection);
    const promise = fetchRawTools(connection.client, deadline)
      .then((rawTools) => {
        const listing = buildListing(rawTools, {
          config,
          identity: connection.identity,
          compiler,
          previous: snapshot?.listing,
          warn: deps.warn,
        });
        snapshot = { connection, listing, listedAtMs: clock.now() };
        // A child that starts well and then dies again and again must keep its count.
        if (config.kind !== 'stdio') backoff.reset();
        return snapshot;
      })
      .catch((error: unknown) => {
        if (isSessionLost(error, connection)) throw error;
        if (deadline.cause() === 'timeout') suspect(connection);
        const reason =
          deadline.cause() === 'timeout'
            ? `did not list its tools within ${deps.listTimeoutMs} ms`
            : (connection.endReason() ?? describeFault(error));
        throw new UnavailableError(describeFault(reason), { cause: error });
      })
      .finally(() => {
        deadline.clear();
        listingNow = undefined;
        end(connection);
      });
    promise.catch(() => {});
    listingNow = { connection, promise };
    return promise;
  }

  /**
   * Whether a connection must show that it lives before a call rests on it: a child that left something unanswered, or an
   * HTTP connection that idled, which the other side may have dropped.
   */
  function needsProbe(connection: Connection): boolean {
    if (probing?.connection === connection) return true;
    if (config.kind === 'http') return clock.now() - connection.lastUsedAtMs > freshConnectionMs;
    return suspected === connection && connection.inFlight === 0;
  }

  function probe(connection: Connection): Promise<void> {
    if (probing?.connection === connection) return probing.promise;
    const promise = ping(connection).finally(() => {
      probing = undefined;
    });
    probing = { connection, promise };
    return promise;
  }

  async function ping(connection: Connection): Promise<void> {
    begin(connection);
    try {
      await connection.client.ping({ timeout: probeMs, maxTotalTimeout: probeMs });
      if (suspected === connection) suspected = undefined;
    } catch (error) {
      if (config.kind === 'http') {
        // The ping has done its work: the dead socket is gone, and the request itself finds out the rest.
        if (isSessionLost(error, connection)) retire(connection);
        return;
      }
      // Without this a child that hangs would stay in use for ever.
      if (current === connection) backoff.noteFailure('stopped answering');
      retire(connection);
    } finally {
      end(connection);
    }
  }

  function begin(connection: Connection): void {
    connection.inFlight += 1;
  }

  function end(connection: Connection): void {
    connection.inFlight -= 1;
    connection.lastUsedAtMs = clock.now();
    if (connection.inFlight === 0 && retired.has(connection)) void connection.close(false);
  }

  function retire(connection: Connection): void {
    if (current === connection) current = undefined;
    if (suspected === connection) suspected = undefined;
    if (!connection.isOpen()) return;
    retired.add(connection);
    if (connection.inFlight === 0) void connection.close(false);
  }

  function suspect(connection: Connection): void {
    if (current === connection && config.kind === 'stdio') suspected = connection;
  }

  async function ready(deadline: Deadline, { relist: isForced = false } = {}): Promise<ReadyServer> {
    for (let attempt = 0; ; attempt += 1) {
      let connection = await deadline.race(connect());
      if (needsProbe(connection)) {
        await deadline.race(probe(connection));
        connection = await deadline.race(connect());
      }
      const now = isForced ? undefined : readyNow();
      if (now !== undefined) return now;
      try {
        return await deadline.race(relist(connection));
      } catch (error) {
        if (attempt > 0) throw error;
        if (isSessionLost(error, connection)) retire(connection);
        else if (!(error instanceof UnavailableError && isBrokenConnection(error.cause))) throw error;
      }
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    ending.abort();
    const open = [...retired, ...(current === undefined ? [] : [current])];
    await Promise.all([
      ...open.map((connection) => connection.close()),
      connecting?.then(
        () => {},
        () => {},
      ),
    ]);
  }

  return { config, readyNow, ready, begin, end, retire, suspect, close };
}
