export { approximateTokens } from './approximate-tokens.ts';
export { asPromptData } from './as-prompt-data.ts';
export {
  createShortTermMemory,
  type MemoryKey,
  type ShortTermMemory,
  type ShortTermMemoryOptions,
} from './short-term-memory.ts';
