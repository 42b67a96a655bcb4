/**
 * General words of administration requests. Knows verbs and nouns of the trade, nothing of any connected server: which tool a
 * word leads to is found by comparing it with the tools' own names.
 */

/** Verb (or phrase) → what it can mean, likeliest first. A tool's name is read with the same table. */
const verbTable: Readonly<Record<string, readonly string[]>> = {
  create: ['create', 'upload'],
  make: ['create'],
  build: ['create'],
  provision: ['create'],
  register: ['create'],
  onboard: ['create'],
  'set up': ['create'],
  setup: ['create'],
  'sign up': ['create'],
  start: ['create'],
  raise: ['create', 'upload'],
  add: ['add', 'create', 'upload'],
  grant: ['add'],
  give: ['add'],
  assign: ['add'],
  attach: ['add'],
  list: ['list', 'get'],
  enumerate: ['list'],
  count: ['list'],
  show: ['get', 'list'],
  display: ['get', 'list'],
  print: ['get', 'list'],
  view: ['get', 'list'],
  find: ['get', 'list'],
  fetch: ['get', 'list'],
  get: ['get', 'list'],
  retrieve: ['get', 'list'],
  see: ['get', 'list'],
  check: ['get', 'list'],
  inspect: ['get'],
  describe: ['get'],
  read: ['get'],
  lookup: ['get', 'list'],
  'look up': ['get', 'list'],
  'tell me': ['get', 'list'],
  'let me know': ['get', 'list'],
  search: ['list', 'get'],
  'search for': ['list', 'get'],
  suspend: ['suspend'],
  deactivate: ['suspend'],
  disable: ['suspend'],
  lock: ['suspend'],
  'lock out': ['suspend'],
  block: ['suspend'],
  freeze: ['suspend'],
  'turn off': ['suspend'],
  'switch off': ['suspend'],
  restore: ['restore'],
  reactivate: ['restore'],
  're-activate': ['restore'],
  reenable: ['restore'],
  're-enable': ['restore'],
  enable: ['restore'],
  activate: ['restore'],
  unsuspend: ['restore'],
  unlock: ['restore'],
  unblock: ['restore'],
  unfreeze: ['restore'],
  reinstate: ['restore'],
  'turn on': ['restore'],
  'switch on': ['restore'],
  remove: ['remove'],
  revoke: ['remove'],
  'take away': ['remove'],
  withdraw: ['remove'],
  detach: ['remove'],
  unassign: ['remove'],
  strip: ['remove'],
  delete: ['delete'],
  erase: ['delete'],
  purge: ['delete'],
  destroy: ['delete'],
  wipe: ['delete'],
  terminate: ['delete'],
  drop: ['delete'],
  'get rid of': ['delete'],
  update: ['update'],
  change: ['update'],
  modify: ['update'],
  edit: ['update'],
  rename: ['update'],
  set: ['update'],
  move: ['move', 'update'],
  promote: ['update'],
  upload: ['upload', 'create'],
  import: ['upload', 'create'],
  file: ['create', 'upload'],
  log: ['create', 'upload'],
};

/** Verbs that start an order of their own; a tool does them only if its name has the very word. */
const plainVerbs =
  'approve archive book bypass call cancel clone close comment convert copy deploy disregard download echo execute explain export forget forward generate grep ignore install invite kill merge migrate notify offboard open override pause ping pretend publish reboot reject remind reset restart resume rotate run schedule send share stop subscribe summarise summarize sync transfer translate trigger uninstall unlink unsubscribe write';

const verbs: ReadonlyMap<string, readonly string[]> = new Map([
  ...Object.entries(verbTable),
  ...plainVerbs.split(' ').map((verb) => [verb, [verb]] as const),
]);

/** What `phrase` (one to three words) can mean as a verb; `undefined` when it is none. */
export function actionsOf(phrase: string): readonly string[] | undefined {
  return verbs.get(phrase);
}

const nounTable: Readonly<Record<string, readonly string[]>> = {
  user: [
    'account',
    'acct',
    'everyone',
    'everybody',
    'person',
    'people',
    'employee',
    'member',
    'colleague',
    'coworker',
    'staff',
    'login',
    'contractor',
    'consultant',
    'freelancer',
    'intern',
    'hire',
    'joiner',
    'leaver',
    'teammate',
    'worker',
    'developer',
    'engineer',
  ],
  role: ['access', 'permission', 'privilege', 'right'],
  aws: ['amazon', 'iam'],
  issue: ['ticket', 'task', 'story', 'bug', 'epic'],
  project: [],
};
const nouns: ReadonlyMap<string, string> = new Map(
  Object.entries(nounTable).flatMap(([noun, others]) =>
    [noun, ...others].map((word) => [word, noun] as const),
  ),
);

/** One word for a thing, whatever it was called and in whichever number. */
export function canonicalNoun(word: string): string {
  const single = singular(word);
  return nouns.get(single) ?? single;
}

export function singular(word: string): string {
  if (/(?:ss|us|is|aws)$/.test(word) || word.length < 4) return word;
  if (/ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:x|ch|sh|ss)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

export function isPlural(word: string): boolean {
  return singular(word) !== word || word === 'people' || word === 'staff';
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Things of IT that a request can be about. One that no part of the chosen tool accounts for rules the tool out. */
export const foreignNouns = words(
  'password passphrase passcode credential mfa 2fa otp group team mailbox inbox calendar event meeting file folder document doc drive spreadsheet sheet device laptop phone license licence alias signature forwarding channel message repo repository branch bucket instance server database table vm cluster pipeline certificate secret token invoice payment sprint board comment workflow dashboard component vpn firewall policy budget session webhook subscription backup snapshot log domain organization organisation directory photo picture avatar quota storage recovery delegate delegation manager admin administrator superadmin owner ou unit department',
);

/** Words that carry no object. */
export const stopWords = words(
  'a an the this that these those our my your his her their its all any some every each of for from to in on at by with without via into onto as is are was be been being and or then also too please kindly just now right away immediately asap today new old existing current currently following next first both same other another me us him them it he she they i we you who whom whose which what there here so out up down over have has do does let need needs want wants would could should like there company former ex own full complete whole detailed real only again back once done after afterwards',
);

/** Objects of a look-up that are not the thing itself: "details of", "information about". */
export const infoNouns = words(
  'detail information info data profile status overview summary list record fact everything',
);

/** States to filter a list by; a list tool that has no such argument can't honour them. */
export const filterWords = words(
  'suspended active inactive deleted archived disabled locked blocked enabled external internal unused privileged empty open closed',
);

/** Words after which a value ends. */
export const valueStops = words(
  'and with for in on to from then using as whose where which that by at but under into of please called named having plus also so because via who',
);

export const nameParticles = words('van von de der den da dos das di du la le el al bin ibn ter ten zu');

/** Words that begin a new part of a sentence. */
export const preposition =
  /^(?:for|to|from|in|on|of|with|by|at|about|as|into|onto|via|between|that|who|whose|and|using|within|inside|under|regarding|concerning|through|called|named|titled|having|does|do|has|have|are|is)$/;

/** Words about the naming of things rather than things. */
export const neutralWord =
  /^(?:google|workspace|gsuite|atlassian|number|id|name|e?-?mails?|address|addresses|following)$/;
