import type { JsonObject } from '@hitl/core';
import { InvalidArgumentError } from 'commander';

// Given to commander as parsers: a wrong value is reported with its option's name before anything is opened or sent.

/** One line of text with something in it. */
export function text(maximum: number): (value: string) => string {
  return (value) => {
    if (value.trim() === '') throw new InvalidArgumentError('It must not be empty.');
    if (value.length > maximum) throw new InvalidArgumentError(`It must have at most ${maximum} characters.`);
    return value;
  };
}

/** The id of a person, a run, a request. */
export function id(value: string): string {
  if (!/^[^\s\p{C}]{1,200}$/u.test(value))
    throw new InvalidArgumentError('It must be an id: 1 to 200 characters, no spaces.');
  return value;
}

export function integer(from: number, to: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= from && number <= to))
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
    return number;
  };
}

export function digest(value: string): string {
  if (!/^[0-9a-f]{64}$/.test(value))
    throw new InvalidArgumentError('It must be the 64 hex digits that were shown.');
  return value;
}

export function jsonObject(value: string): JsonObject {
  const parsed = parseJson(value);
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new InvalidArgumentError(
      `It must be a JSON object such as '{"user_key":"jane@example.com"}', not ${nameOf(parsed)}.`,
    );
  }
  return parsed as JsonObject;
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw new InvalidArgumentError(`It must be a JSON object such as '{"user_key":"jane@example.com"}'.`);
  }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

export interface ToolName {
  readonly server: string;
  readonly tool: string;
}

export function toolName(value: string): ToolName {
  const [, server, tool] = /^([^/\s]+)\/([^/\s]+)$/.exec(value) ?? [];
  if (server === undefined || tool === undefined)
    throw new InvalidArgumentError('It must be SERVER/TOOL such as google/create_user.');
  return { server, tool };
}

export function baseUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new InvalidArgumentError('It must be a URL such as https://api.example.com/prod.');
  if (url.username !== '' || url.password !== '')
    throw new InvalidArgumentError('It must hold no credentials; the bearer token goes into HITL_API_TOKEN.');
  if (url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError('It must be the base URL, without ? and #.');
  return url.href;
}
