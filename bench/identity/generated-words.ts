/** A given name in its own script, in Latin letters, and what friends call its bearer. */
export interface GivenName {
  own: string;
  latin: string;
  nickname: string | null;
  sex: 'f' | 'm';
}

/** A surname in its own script and the spellings in Latin letters that are in use. */
export interface Surname {
  own: string;
  latin: readonly string[];
}

const list = (text: string) => text.split(' ');

const women = list(
  'Agnes Beate Carola Dagmar Edith/Edie Frauke Gerda Hilde Irene Jana Katherine/Kate Lotte Margaret/Peggy Nadine Olga Paula Regine Sigrid Thea Ulla Maria Andrea Elizabeth/Liz Susanne/Susi Victoria/Vicky Daniela Simona Gabriela/Gabi Alexandra/Sandra Christine Jennifer/Jenny Rebecca/Becky',
);
const men = list(
  'Arno Bruno Conrad Detlef Egon Frederick/Fred Gustav Henning Ingo Jan Kurt Lothar Manfred/Manni Norbert Otmar Paul Rainer Sven Theo Udo Mario Andreas William/Bill Robert/Bob Michael/Mike Daniel Simon Gabriel Alexander/Alex Christian James/Jim Thomas/Tom',
);

const latinName = (sex: 'f' | 'm') => (entry: string) => {
  const [own = '', nickname = null] = entry.split('/');
  return { own, latin: own, nickname, sex };
};

const front = list(
  'Amsel Buchen Drossel Erlen Finken Ginster Hasel Irgen Jaeger Kiefern Lerchen Mistel Nuss Otter Pappel Quitten Reiher Schlehen Tannen Ulmen Birken Dachs Eschen Falken Gerber Hirsch Korn Linden Moor Rosen Stein Wacholder',
);
const back = list(
  'bach beck born bruch brink hagen horst kamp loh mann rode scheid siek stedt wald wies au berg dorf feld garten heide kirch meier',
);

const koreanSurnames = list(
  '김/Kim/Gim 이/Lee/Yi/Rhee 박/Park/Bak 최/Choi 정/Jung/Jeong 강/Kang 조/Cho 윤/Yoon 장/Jang 임/Lim',
);
const koreanFirst = list('민/min 지/ji 서/seo 현/hyun 수/su 은/eun 태/tae 영/young 재/jae 승/seung 도/do 하/ha');
const koreanLast = list('준/jun 우/woo 연/yeon 진/jin 희/hee 아/ah 호/ho 경/kyung 선/sun 훈/hoon 원/won 나/na');

const chineseSurnames = list(
  '王/Wang 李/Li 张/Zhang 刘/Liu 陈/Chen 杨/Yang 赵/Zhao 黄/Huang 周/Zhou 吴/Wu 单/Shan 曾/Zeng',
);
const chineseFirst = list('晓/xiao 建/jian 文/wen 志/zhi 海/hai 玉/yu 春/chun 天/tian 子/zi 佳/jia 思/si 国/guo');
const chineseLast = list('明/ming 华/hua 丽/li 军/jun 芳/fang 强/qiang 敏/min 伟/wei 婷/ting 涛/tao 静/jing 峰/feng');

function pairs(first: readonly string[], last: readonly string[], joint: string): GivenName[] {
  return first.flatMap((one, i) =>
    last.map((other, j) => {
      const [[a = '', x = ''], [b = '', y = '']] = [one.split('/'), other.split('/')];
      const latin = `${x.charAt(0).toUpperCase()}${x.slice(1)}${joint}${y}`;
      return { own: a + b, latin, nickname: null, sex: (i + j) % 2 === 0 ? 'f' : 'm' };
    }),
  );
}

const surnames = (entries: readonly string[]) =>
  entries.map((entry): Surname => {
    const [own = '', ...latin] = entry.split('/');
    return { own, latin: latin.length > 0 ? latin : [own] };
  });

/** Names of the people of one script. */
export const scripts = {
  latin: {
    given: [...women.map(latinName('f')), ...men.map(latinName('m'))],
    surnames: surnames(front.flatMap((one) => back.map((other) => one + other))),
  },
  korean: { given: pairs(koreanFirst, koreanLast, '-'), surnames: surnames(koreanSurnames) },
  chinese: { given: pairs(chineseFirst, chineseLast, ''), surnames: surnames(chineseSurnames) },
} as const satisfies Record<string, { given: GivenName[]; surnames: Surname[] }>;

export const streets = list(
  'Amtsgasse Brunnenweg Deichstr. Erlenallee Fährweg Grabenstr. Hofweg Inselstr. Jagdweg Kanalstr. Lohweg Marktstr. Nordring Obertor Parkallee Querstr.',
);
export const towns = front.map((one) => `${one}furt`);
export const trades = list(
  'Spedition Versicherungen Architektur Dentaltechnik Software Steuerberatung Druck Werbung Labor Medizintechnik Rechtsanwälte Reisen Personal Immobilien Elektronik Textil Apotheke Logistik Brauerei Optik',
);
export const houses = list(
  'Amber Birken Cedern Distel Elster Flieder Greif Holm Iris Jasmin Koralle Linden Marder Nelken Opal Pfauen Raben Salbei Tulpen Weiden',
).flatMap((one) => list('burg eck gut kante klipp mark ost park ring stieg turm ufer').map((other) => one + other));
