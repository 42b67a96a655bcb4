import { InvalidInputError } from '@hitl/core';

/** The query as one value per name. @throws InvalidInputError for a name that is given twice: nobody could say which one counts. */
export function readQuery(url: string): Record<string, string> {
  const { searchParams } = new URL(url);
  const errors = [...new Set(searchParams.keys())]
    .filter((path) => searchParams.getAll(path).length > 1)
    .map((path) => ({ path, message: 'must be given once' }));
  const [first] = errors;
  if (first !== undefined) throw new InvalidInputError(`${first.path}: ${first.message}`, { errors });
  return Object.fromEntries(searchParams);
}
