export { approximateTokens } from './approximate-tokens.ts';
export {
  createShortTermMemory,
  type MemoryKey,
  type ShortTermMemory,
  type ShortTermMemoryOptions,
} from './short-term-memory.ts';
