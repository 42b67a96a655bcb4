import { findAddresses } from './find-addresses.ts';

/** For texts without code spans: a space behind each dot of an address, so that nobody takes it for one. */
export function breakAddresses(text: string): string {
  return text.replaceAll('://', ':/ /').replace(/\S+/g, (word) => {
    let out = '';
    let from = 0;
    for (const { start, end } of findAddresses(word)) {
      out += word.slice(from, start) + word.slice(start, end).replace(/[.\u3002\uff0e\uff61]/g, '$& ');
      from = end;
    }
    return out + word.slice(from);
  });
}
