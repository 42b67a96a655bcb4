export { createLambdaInvoker, type LambdaInvokerOptions } from './create-lambda-invoker.ts';
