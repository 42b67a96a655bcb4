export { type StreamHead, sealEntry } from './seal-entry.ts';
