export { toAdf } from './adf/to-adf.ts';
export { createJiraServer } from './create-jira-server.ts';
export { defaultJiraLimits, type JiraLimits, type JiraServerOptions } from './jira-options.ts';
export { deriveProjectKeys } from './project/project-key.ts';
