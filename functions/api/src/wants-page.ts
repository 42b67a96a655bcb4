/** True for a browser that navigates: it names HTML before JSON, which programs do not ask for. */
export function wantsPage(request: Request): boolean {
  return request.headers.get('accept')?.toLowerCase().includes('text/html') === true;
}
