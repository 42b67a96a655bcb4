/**
 * Claims that this process is acting on at this moment. A claim of this process that is not among them ended without a result
 * (its step threw): nobody acts on it any more, although its worker is alive.
 */
const acting = new Set<string>();

export function isActedOn(claimId: string | undefined): boolean {
  return claimId !== undefined && acting.has(claimId);
}

/** Notes the claim before it is written and until the act is over, however it ends. */
export async function whileActing<T>(claimId: string, act: () => Promise<T>): Promise<T> {
  acting.add(claimId);
  try {
    return await act();
  } finally {
    acting.delete(claimId);
  }
}
