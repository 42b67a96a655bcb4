/** The endpoint functions in use, named one by one: a bundler drops the other 600 of jira.js. */
export {
  bulkFetchIssues,
  createIssues,
  createProject,
  getCreateIssueMetaIssueTypes,
  getCurrentUser,
  getMyPermissions,
  getProject,
  getUser,
  searchAndReconsileIssuesUsingJqlPost,
  searchProjects,
  validateProjectKey,
} from 'jira.js/cloud';
