import { randomInt } from 'node:crypto';

/** Without characters that look alike; symbols that no shell or form treats specially. */
const classes = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnpqrstuvwxyz', '23456789', '-_.+='] as const;
const all = classes.join('');
const length = 24;

/** 24 characters, over 140 bits, at least one of each class. Google takes 8 to 100 ASCII characters. */
export function generatePassword(): string {
  const draw = (alphabet: string) => alphabet[randomInt(alphabet.length)] ?? '';
  const characters = [
    ...classes.map(draw),
    ...Array.from({ length: length - classes.length }, () => draw(all)),
  ];
  for (let i = characters.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [characters[i], characters[j]] = [characters[j] ?? '', characters[i] ?? ''];
  }
  return characters.join('');
}
