import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import type { CustomConstruct } from '../src/custom/custom-construct.ts';

const reports: CustomConstruct = ({ scope, parts, namePrefix }) => {
  new S3Bucket(scope, 'reports', { bucketPrefix: `${namePrefix}-reports-` });
  parts.functions.advance.addEnvironment('REPORTS', namePrefix);
};

export const customConstructs: readonly CustomConstruct[] = [reports];
