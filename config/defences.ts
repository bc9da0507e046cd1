/**
 * What stands between the faults of a landscape and a wrong cache, by name. Each line says what goes wrong without
 * it and which rows of docs/faults.md it holds. Code asks `defends` at the place where the defence acts, so that the
 * fault harness can take one away and show that the harness then finds a difference; nothing else takes one away.
 */
export const defences = {
  'atomic page': {
    rows: [1],
    reason: 'Rows without their checkpoint, or halves of records, would stay after a crash.',
  },
  'commit outcome': { rows: [2], reason: 'A COMMIT whose answer was lost would be taken for done.' },
  'tie order': {
    rows: [3],
    reason: 'Of equal stamps over the end of a page, those of the next page would be skipped.',
  },
  lookback: { rows: [4], reason: 'What was stamped before the last pass and committed after it would never be read.' },
  'finer stamps': {
    rows: [5],
    reason: 'Stamps finer than the source tells would lead to the same page again and again.',
  },
  'future cap': { rows: [6], reason: 'A stamp of the year 2099 would make all changes after it look old.' },
  'clock put back': {
    rows: [6],
    reason: 'A cursor of the time before would hide what is stamped after it was put back.',
  },
  'content compared': {
    rows: [8],
    reason: 'A change without a new stamp would be found by nobody: key and stamp look as before.',
  },
  'scan tombstones': { rows: [9], reason: 'What a source deletes without telling would be served for ever.' },
  'null sweep': { rows: [7], reason: 'Rows without a stamp would be read by the first pass only.' },
  'missed twice': {
    rows: [9, 10, 17],
    reason: 'A row that moved during the scan would be deleted for not being seen.',
  },
  'proof of completeness': {
    rows: [39],
    reason: 'A list that the server cut without a word would be taken for the whole, and the rest would be deleted.',
  },
  'verify only reads': {
    rows: [55],
    reason: 'Looking at the cache would change it: what differs would be gone before anybody has seen it.',
  },
  'unproved verify': {
    rows: [57],
    reason: 'What neither the sync nor verify was shown would count as proved to be equal.',
  },
  'shrink guard': { rows: [10], reason: 'A source that shows nothing for an hour would empty the cache.' },
  'complete scan': { rows: [10, 11], reason: 'A scan that ended early would delete what comes after its end.' },
  'resumed passes': { rows: [11], reason: 'Over a bad line a long read would begin anew each time, and never end.' },
  'page errors': { rows: [12], reason: 'A page that could not be read would be taken for the end of the stream.' },
  'streams apart': { rows: [13], reason: 'A stream that may not be read would take the others with it.' },
  'moved pages': { rows: [17], reason: 'A row that moves up while a list is paged would slip between two pages.' },
  'loop detection': { rows: [18], reason: 'A source that names the same next page again would be read for ever.' },
  'rejected records': { rows: [21], reason: 'One record that does not fit would stop all the others.' },
  'quarantine threshold': { rows: [22], reason: 'A broken mapping would put a whole stream aside and call it read.' },
  'newest wins': { rows: [23], reason: 'An older version that arrives late would overwrite a newer one.' },
  'drift watch': {
    rows: [25],
    reason: 'A field that vanished from a source would empty a column of the cache, unnoticed.',
  },
  'dirty marks': { rows: [24], reason: 'Customers would go on being made of parties that have changed or are gone.' },
  fence: { rows: [30], reason: 'A runner that slept through its lease would write over the one that took over.' },
  'stream lease': { rows: [31], reason: 'Two would read one stream at once, each undoing what the other has noted.' },
  'steady time': {
    rows: [51],
    reason: 'A clock that is put back would stop all passes for as long, and make old data look new.',
  },
  'ticks in UTC': { rows: [31], reason: 'Where clocks change, nothing would run for an hour each autumn.' },
  'conflict retry': { rows: [32], reason: 'A deadlock with somebody else would end a run.' },
  'mapping hash': { rows: [33], reason: 'Rows made by an old mapping would stay as they are.' },
  'reading hash': { rows: [33], reason: 'A checkpoint of other settings would skip what they did not read.' },
  'full refresh': { rows: [19], reason: 'A stream whose delta token has expired would stand still for good.' },
  'every stamp': {
    rows: [47],
    reason: 'A record whose change stamp is empty until it is edited would not be read before.',
  },
  'own key': {
    rows: [48],
    reason: 'The record that a source gives for another key would take the place of the one that was asked for.',
  },
  'refused keys': {
    rows: [48],
    reason: 'What a source deletes and then answers with 403 would be served for ever.',
  },
  'dead tokens': {
    rows: [44],
    reason: 'A pass whose page token the source has forgotten would be asked to go on from it for ever.',
  },
  'all digits': { rows: [26], reason: 'Long ids and decimals would become the nearest number a double can hold.' },
  'existing times': { rows: [27], reason: 'A time that clocks jumped over would pass for another one.' },
  'equal keys': {
    rows: [28],
    reason: 'Of rows that a collation takes for equal, those on the next page would be lost.',
  },
  'typed keys': {
    rows: [42],
    reason: 'Bytes, members of a list and numbers would be compared as text, and rows skipped at the end of a page.',
  },
  'held values': {
    rows: [43],
    reason: 'Values that a driver rounds or makes objects of would be stored as something that the source never held.',
  },
  'longest record': {
    rows: [29, 50],
    reason: 'A record larger than a packet of the database would fail every page it is on.',
  },
  'records apart': {
    rows: [50],
    reason: 'One record that is no JSON would fail every page it is on.',
  },
  'lease release': {
    rows: [37],
    reason: 'A stream would stay closed for half a minute after its process has ended well.',
  },
  'files settle': { rows: [34], reason: 'A file that is still being uploaded would be read as if it were whole.' },
  'files count once': { rows: [34], reason: 'A file dropped a second time would bring old values back.' },
  'cut-off files': { rows: [34], reason: 'A file that ends in the middle of a record would count as read.' },
  'Retry-After cap': { rows: [14], reason: 'A source that says 24 hours would hold a pass and its lease for a day.' },
  breaker: { rows: [15], reason: 'A source that is down would be asked by every stream, over and over.' },
  'silence limit': { rows: [16], reason: 'A source that hangs or drips would hold a pass for ever.' },
  'one refresh': { rows: [20], reason: 'Of two tokens asked for at once, a source may take the other one back.' },
  'bounded statements': {
    rows: [54],
    reason: 'A page larger than max_allowed_packet would end the connection, and the stream would fail for ever.',
  },
  'live connections': {
    rows: [54],
    reason: 'A connection that the server closed after its wait_timeout would fail the pass that is given it.',
  },
  'spellings of links': {
    rows: [41],
    reason: 'A next link under the name of another version would be taken for none, and its page for the last one.',
  },
  'exact stamps': {
    rows: [49],
    reason: 'Records whose stamps the source rounds up would be lost between two pages, and nothing would tell.',
  },
  'dead holders': {
    rows: [56],
    reason: 'A hub that is killed again and again would wait for its own lease each time, and never get on.',
  },
  'hidden secrets': { rows: [38], reason: 'A source that repeats the login in its error would put it into our log.' },
  'ends of lists': {
    rows: [45],
    reason:
      'A list that ends by its last page again, 404, 204, a flag or no list at all would never be read to its end.',
  },
  'bound of empty pages': { rows: [46], reason: 'A source that always names a next page would be read for ever.' },
  'further pages': { rows: [41], reason: 'Of a list whose next page is named elsewhere, one page would be all.' },
  'whole lists': {
    rows: [40],
    reason: 'Of a list inside a record that the source pages, the first page would be stored as if it were all.',
  },
  'doubt of lists': { rows: [39], reason: 'A list that looks as if it were cut would be taken for the whole one.' },
} as const satisfies Record<string, { rows: readonly number[]; reason: string }>;

export type Defence = keyof typeof defences;

const taken = new Set<Defence>();

/** Whether this defence is up. Always, but where the fault harness has taken it away. */
export function defends(name: Defence): boolean {
  return taken.size === 0 || !taken.has(name);
}

/** For the fault harness alone: takes a defence away until the function that is answered is called. */
export function takeAway(name: Defence): () => void {
  taken.add(name);
  return () => taken.delete(name);
}
