/**
 * Texts as a body of bytes, read only as fast as the client takes them. The first one is read before the body is returned: a source
 * that can't be read at all throws here, while an error status can still be sent. One that breaks later breaks the connection off,
 * so that nobody takes a part for the whole.
 */
export async function streamText(texts: AsyncIterable<string>): Promise<ReadableStream<Uint8Array>> {
  const source = texts[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let next = await source.next();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done === true) return controller.close();
      controller.enqueue(encoder.encode(next.value));
      next = await source.next();
    },
    async cancel() {
      await source.return?.();
    },
  });
}
