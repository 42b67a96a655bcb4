export { createKeyedLock, type KeyedLock, type KeyedLockOptions } from './create-keyed-lock.ts';
export { createLease, type Lease, type LeaseHold, type LeaseOptions } from './create-lease.ts';
export {
  createPageSessions,
  type PageSession,
  type PageSessions,
  pageSessionCookie,
  pageSessionSeconds,
} from './create-page-sessions.ts';
export {
  createRateLimiter,
  type RateLimiter,
  type RateLimiterOptions,
  type RateRule,
  type TakeResult,
} from './create-rate-limiter.ts';
export { createHostCookie, type HostCookie } from './host-cookie.ts';
