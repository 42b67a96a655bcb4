import { type JsonObject, type JsonValue, redactSecrets } from '@hitl/core';
import { sanitizeText } from './sanitize-text.ts';

/** Structured text has shorter tokens than prose; three characters per token keeps the budget on the safe side. */
const charactersPerToken = 3;

/**
 * A tool's result as the model sees it: what matters of it as text, without secrets and invisible characters, bounded
 * visibly, and inside a frame that its content can't close.
 */
export function renderToolResult(name: string, result: JsonValue, budgetTokens: number): string {
  const text = sanitizeText(readableText(redactSecrets(result))).replaceAll(/<(?=\/?tool_result)/gi, '&lt;');
  const limit = Math.max(1, Math.floor(budgetTokens * charactersPerToken));
  return `<tool_result tool="${name}">\n${truncate(text, limit)}\n</tool_result>`;
}

function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const shown = text.slice(0, limit).toWellFormed();
  return `${shown}\n[truncated: showing ${shown.length} of ${text.length} characters]`;
}

function readableText(result: JsonValue): string {
  if (typeof result === 'string') return result;
  if (isObject(result)) {
    if (isObject(result.structured)) return JSON.stringify(result.structured);
    const { content } = result;
    if (Array.isArray(content)) return content.map(blockText).join('\n');
    if (typeof content === 'string') return content;
  }
  return JSON.stringify(result);
}

/** One MCP content block. Binary ones are named, not shown. */
function blockText(block: JsonValue): string {
  if (!isObject(block)) return JSON.stringify(block);
  if (block.type === 'text' && typeof block.text === 'string') return block.text;
  if (typeof block.data === 'string') {
    return `[${String(block.type)} of ${block.data.length} base64 characters, kept in the record]`;
  }
  return JSON.stringify(block);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
