import { describe, expect, it } from '@jest/globals';
import { approvalPagePaths, approvalPagesAt, approvalPageUrl } from './approval-pages.ts';

describe('a link to an approval request', () => {
  it.each([
    ['https://a.example', undefined, 'https://a.example/approvals/apr_1'],
    ['https://a.example/', undefined, 'https://a.example/approvals/apr_1'],
    ['https://a.example/base/', undefined, 'https://a.example/base/approvals/apr_1'],
    ['https://a.example', approvalPagePaths.slack, 'https://a.example/slack/approvals/apr_1'],
  ])('goes from %s by %s to %s', (publicUrl, path, url) => {
    expect(approvalPageUrl({ publicUrl, path }, 'apr_1')).toBe(url);
  });

  it('is not there without a public address', () => {
    expect(approvalPagesAt(undefined, approvalPagePaths.slack)).toBeUndefined();
  });

  it('stays on its host whatever the id is', () => {
    expect(approvalPageUrl({ publicUrl: 'https://a.example' }, '../x?y#z')).toBe(
      'https://a.example/approvals/..%2Fx%3Fy%23z',
    );
  });
});
