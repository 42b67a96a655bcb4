import type { Route } from '../define-route.ts';
import { approvalPageRoutes } from './approval-page.ts';
import { approvalRoutes } from './approvals.ts';
import { auditRoutes } from './audit.ts';
import { grantRoutes } from './grants.ts';
import { healthRoutes } from './health.ts';
import { policyRoutes } from './policy.ts';
import { runRoutes } from './runs.ts';
import { toolRoutes } from './tools.ts';

export const routes: readonly Route[] = [
  ...runRoutes,
  ...approvalRoutes,
  ...approvalPageRoutes,
  ...grantRoutes,
  ...auditRoutes,
  ...toolRoutes,
  ...policyRoutes,
  ...healthRoutes,
];
