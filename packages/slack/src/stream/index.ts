export type { AnswerPlace } from './answer-transport.ts';
export {
  type AnswerTarget,
  type AnswerWriter,
  type AnswerWriterDeps,
  createAnswerWriter,
} from './create-answer-writer.ts';
export { neutraliseMarkdown } from './neutralise-markdown.ts';
