// The parts of the Slack package that draw and call.
export * from '../../../packages/slack/src/client/index.ts';
export * from '../../../packages/slack/src/render/index.ts';
export * from '../../../packages/slack/src/stream/create-answer-writer.ts';
