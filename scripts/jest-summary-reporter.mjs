/** Ends a run with one plain line that any CI can read, whatever jest's own summary looks like. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    const crashedSuites = results.testResults.filter((suite) => suite.testExecError).length;
    const skipped = results.numPendingTests + results.numTodoTests;
    process.stdout.write(
      `${results.numPassedTests} passed, ${results.numFailedTests + crashedSuites} failed` +
        `${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    );
  }
}
