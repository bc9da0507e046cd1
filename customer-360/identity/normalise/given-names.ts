/** Names of one person: what friends call somebody, and other spellings. Folded, as names are compared. */
const groups = [
  'elizabeth elisabeth liz lizzie beth betty eliza lisbeth elsbeth lisa',
  'margaret margarete margarethe peggy maggie meg greta grete margit margret',
  'katherine catherine kathryn katharina katarina kate katie kathy cathy kati katja kat',
  'edith edie|susanne susanna susan suzanne sue susi susie suzy|victoria viktoria vicky vicki|gabriela gabriele gabi gaby',
  'alexandra sandra alex lexi|jennifer jenny jen|rebecca rebekka becky becca|christine christina tina chris christa|patricia pat patty trish',
  'deborah debra debbie deb|barbara barb babs barbel|theresa teresa therese terry resi|dorothy dorothea dorothee dora dolly dot',
  'jacqueline jackie|jessica jess jessie|samantha sam|abigail abby|amanda mandy|kimberly kim|nicole nicky nikki|stephanie stefanie steffi steph',
  'ann anne anna annie|helen helene helena|eleanor ellie nell|frances fran franziska franzi|josephine josefine josie josi|magdalena magda lena leni',
  'frederick friedrich fred fritz frederic freddy|manfred manni|william wilhelm bill will willy billy willi liam|robert bob rob bobby robbie bert',
  'michael mike mick mickey michel|alexander alex sascha sasha|james jim jimmy jamie|thomas tom tommy|richard dick rick rich richie',
  'edward eduard ed eddie ted ned|charles karl carl charlie chuck carlos|john johannes hans jack johnny jon johann|joseph josef joe sepp jupp jose pepe',
  'christian chris|christopher christoph kristof chris kit|anthony anton tony toni antonio|andrew andreas andy andi drew|daniel dan danny|david dave davy',
  'matthew matthias mathias matt|nicholas nikolaus nick klaus niklas nicolas|peter pete|philip phillip philipp phil|steven stephen stefan stephan steve stef',
  'samuel sam sammy|benjamin ben benny|gregory greg gregor|jeffrey geoffrey jeff geoff|kenneth ken kenny|lawrence laurence larry lorenz|ronald ron ronny',
  'donald don donny|timothy tim|walter walt wally|leonard leo lenny leonhard|maximilian max|dominik dominic dom|heinrich heinz henry harry henrik hinnerk',
  'gerhard gerd gert|ludwig lutz louis luis|jurgen jorg georg george jorge|gunther gunter|ulrich uli ulli|wolfgang wolf|raymond ray|eugene gene eugen',
  'albert al bert albrecht|harold harald hal harry|jacob jakob jake|zachary zach|joshua josh|nathaniel nathan nate|patrick pat paddy|vincent vince vinzenz',
  'francesco francisco franz frank francis paco pancho|giuseppe beppe pino|ignacio nacho|guadalupe lupe|dolores lola|concepcion concha|jesus chucho|enrique quique',
  'maria marie mary|ivan vanya|dmitri dmitry dima|aleksandr alexandr sasha|ekaterina katya|anastasia nastya|mikhail misha|nikolai kolya|vladimir vova',
]
  .flatMap((line) => line.split('|'))
  .map((group) => group.split(' '));

/** Given names of which none is another's short form. */
const others =
  'mario mariana marta martha martin martina marvin marco marc mark markus jan jana janina jane janet paul paula paulo pauline simon simona simone daniela danielle andrea andre julia julian juliane julius julie emil emilia emma erik erika eric hanna hannah hans johanna joanna jonas karin karen karina karla carla carol carola carolin laura lara lars luca lukas lucas lucia lucy luise louise manuel manuela emanuel emanuela michaela michelle mia nina nadine nadja noah olga oliver olivia oscar oskar otto rainer ralf ralph regina regine renate rene renee robin roberta rosa rosalie ruth sabine sara sarah sebastian silke silvia sylvia sofia sophie stella sven svenja tanja thea theo thomas timo tobias udo ulla ulrike ute uwe valentin valentina vera verena viktor victor agnes arno beate bruno conrad konrad dagmar detlef egon frauke gerda gustav henning hilde ingo inga ingrid irene irina jochen jutta kathe kurt lothar lotte norbert otmar sigrid denis denise dennis gina gino adrian adriana adriano fabian fabiana fabio angela angelo alberto alberta claudia claudio clara klara diana dino eva evan felix felicia fernando fernanda filip filipa florian gianni giovanna giovanni ines ina isabel isabella jean joan joanne juan juana leon leona leonie lena lene lina linus luis luisa maja maya mina mira nora norman oleg olaf pavel petra pia pietro roman romy sergio silvio sina stefania tamara tim tom toni viola violet vito aaron alan allan allen ellen elena elina elisa amy ian ivan yvonne yvette brian ryan bryan kevin karl kyle logan mason megan tina tino'.split(
    ' ',
  );

const groupsOf = new Map<string, Set<number>>();
groups.forEach((names, group) => {
  for (const name of names) groupsOf.set(name, (groupsOf.get(name) ?? new Set()).add(group));
});
const known = new Set([...groupsOf.keys(), ...others]);

/** Whether two folded given names are in use for one person: `Bob` and `Robert`. */
export function areOneName(a: string, b: string): boolean {
  const groupsOfB = groupsOf.get(b);
  return groupsOfB !== undefined && [...(groupsOf.get(a) ?? [])].some((group) => groupsOfB.has(group));
}

/** Whether two folded words that are written alike are names of two people: of two sexes, or two names that are known. */
export function areTwoNames(a: string, b: string): boolean {
  if (known.has(a) && known.has(b)) return !areOneName(a, b);
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length < 3) return false;
  const end = long.startsWith(short) ? long.slice(short.length) : null;
  if (end !== null) return /^(a|na|la|ina|ine)$/.test(end);
  const [stemA, stemB] = [a.slice(0, -1), b.slice(0, -1)];
  return stemA === stemB && /^(ao|oa)$/.test(a.slice(-1) + b.slice(-1));
}
