import { randomBytes } from 'node:crypto';
import type { Clock } from './ports/clock.ts';
import type { IdGenerator } from './ports/id-generator.ts';

/** Crockford's base 32, lower case: no letter that reads like a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** ULID layout: 48 bits of milliseconds, 80 random bits. */
export function createIdGenerator(clock: Clock): IdGenerator {
  return {
    next(prefix) {
      let time = clock.now();
      let head = '';
      for (let i = 0; i < 10; i += 1) {
        head = `${alphabet[time % 32]}${head}`;
        time = Math.floor(time / 32);
      }
      let tail = '';
      for (const byte of randomBytes(16)) tail += alphabet[byte % 32];
      return `${prefix}_${head}${tail}`;
    },
  };
}
