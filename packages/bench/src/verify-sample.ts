import { verifyLog } from '@hitl/audit';
import { createReadOnlyLog, noBlobs, sampleEntries } from './audit-sample.ts';

// Run as a process of its own by the audit benchmark, so that its peak memory is that of verifying alone.
const count = Number(process.argv[2]);
const log = createReadOnlyLog(() => sampleEntries(count));
const report = await verifyLog({ log, blobs: noBlobs });
if (!report.ok || report.entries !== count) throw new Error('the sample does not verify');
