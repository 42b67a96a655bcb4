const kilobyte = 1024;

/**
 * The most bytes that a function's bundle may have: it is loaded before the first answer of every new instance. What runs inside
 * of somebody's time limit (Slack waits three seconds) or for everybody who waits has less.
 */
export const bundleBudgets = {
  'request-approval': 600 * kilobyte,
  'expire-approval': 600 * kilobyte,
  'slack-ingress': 300 * kilobyte,
};

export const defaultBudget = 1536 * kilobyte;

/** @param {string} name of the function's folder */
export function budgetOf(name) {
  return Object.hasOwn(bundleBudgets, name) ? bundleBudgets[name] : defaultBudget;
}
