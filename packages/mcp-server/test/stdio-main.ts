import { serveStdio } from '../src/index.ts';
import { createSampleSpec } from './sample-spec.ts';

const { closed } = await serveStdio(createSampleSpec().spec);
console.log('a stray line');
await closed;
