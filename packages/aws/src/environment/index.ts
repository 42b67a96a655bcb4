export { createEnvironmentReader, type EnvironmentReader } from './create-environment-reader.ts';
