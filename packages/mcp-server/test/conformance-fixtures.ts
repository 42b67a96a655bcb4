import { UnavailableError } from '@hitl/core';
import { z } from 'zod';
import { defineTool, type ServerTool } from '../src/index.ts';

const empty = z.strictObject({});
const annotations = { readOnlyHint: true };
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const image = { type: 'image' as const, data: png, mimeType: 'image/png' };
const wav = Buffer.from('RIFF$\0\0\0WAVEfmt ').toString('base64');
const resource = {
  type: 'resource' as const,
  resource: { uri: 'test://embedded', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
};

function contentTool(name: string, toContent: NonNullable<ServerTool['toContent']>): ServerTool {
  return defineTool({
    name,
    title: name,
    description: 'Answers with fixed content.',
    inputSchema: empty,
    outputSchema: empty,
    annotations,
    execute: async () => ({}),
    toContent,
  });
}

/** The tools that the conformance suite calls by name. */
export const conformanceFixtures: readonly ServerTool[] = [
  contentTool('test_simple_text', () => [
    { type: 'text', text: 'This is a simple text response for testing.' },
  ]),
  contentTool('test_image_content', () => [image]),
  contentTool('test_audio_content', () => [{ type: 'audio', data: wav, mimeType: 'audio/wav' }]),
  contentTool('test_embedded_resource', () => [resource]),
  contentTool('test_multiple_content_types', () => [
    { type: 'text', text: 'Multiple content types test:' },
    image,
    resource,
  ]),
  defineTool({
    name: 'test_error_handling',
    title: 'Error',
    description: 'Always fails.',
    inputSchema: empty,
    outputSchema: empty,
    annotations,
    async execute(): Promise<Record<string, never>> {
      throw new UnavailableError('This tool intentionally returns an error for testing');
    },
  }),
  defineTool({
    name: 'json_schema_2020_12_tool',
    title: 'JSON Schema 2020-12',
    description: 'Has $defs and additionalProperties.',
    inputSchema: z.strictObject({
      name: z.string().optional(),
      address: z
        .object({ street: z.string().optional(), city: z.string().optional() })
        .meta({ id: 'address' })
        .optional(),
    }),
    outputSchema: empty,
    annotations,
    execute: async () => ({}),
  }),
];
