// Trains what the builtin language engine ships: `data/languages.bin`, `data/sentiment.bin` and `data/stop-words.json`.
// Run it by hand after a change of features.ts, words.ts or the seed texts, with INDABA_SHARED naming the folder of the
// corpora that data/LICENCES.md lists. The result depends on nothing but its input: no clock, no true chance.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type FeatureKind, featuresOf } from '../server/src/pipeline/engines/language/features.ts'
import { encodeModels, type LinearModel, softmax } from '../server/src/pipeline/engines/language/linear-model.ts'
import { readTurn } from '../server/src/pipeline/engines/language/words.ts'
import { sharedData } from '../server/test/shared-data.ts'

type Example = { label: string; words: string[] }

const dataFolder = resolve(import.meta.dirname, '../server/src/pipeline/engines/language/data')
const seedFolder = join(dataFolder, 'seed-text')
/** Seed texts are small but in the very tone of a contact centre; each line counts this often. */
const seedRepeats = 20

// The corpora write ISO 639-3.
const languageOfCorpus = {
  afr: 'af',
  eng: 'en',
  nbl: 'nr',
  nso: 'nso',
  sot: 'st',
  ssw: 'ss',
  tsn: 'tn',
  tso: 'ts',
  ven: 've',
  xho: 'xh',
  zul: 'zu',
  hau: 'ha',
  ibo: 'ig',
  kin: 'rw',
  pcm: 'pcm',
  por: 'pt',
  ptmz: 'pt',
  swa: 'sw',
  twi: 'tw',
  yor: 'yo',
} as const
type CorpusCode = keyof typeof languageOfCorpus

// The Swahili tweets of AfriSenti hold so much English that they would teach it as Swahili.
const languageCorpora = [
  'brighter_eng',
  'afrisenti_por',
  'brighter_ptmz',
  'brighter_swa',
  'brighter_kin',
  'brighter_hau',
  'brighter_ibo',
  'brighter_yor',
]
const sentimentCorpora: CorpusCode[] = ['hau', 'ibo', 'kin', 'pcm', 'por', 'swa', 'tso', 'twi', 'yor']

const content = new Set(
  'imali mali tšhelete tjhelete ditšhelete ditjhelete madi masheleni tshelede geld money argent dinero dinheiro'.split(
    ' ',
  ),
)
const smallTalk: Record<string, string> = {
  af: 'hallo dankie asseblief ja nee goeie môre goeiedag totsiens jammer',
  en: `hello hi hey thanks thank please ok okay yes no yeah yep sure bye goodbye good morning afternoon evening dear sir
    madam hope help hear sorry welcome great know want let like go going see look looking come can't don't i'm i've it's
    that's you're we're we'll i'll didn't doesn't isn't won't really well right uh um oh mm hmm us did does doing
    a about above after again against all almost along already also although always am among an and another any are
    around as at away be because been before behind being below between beyond both but by cannot could couldn't down
    during each either else enough even ever few for from further had has hasn't have haven't having he he's her hers
    him his how however i'd if in indeed instead into is it its itself just least less likely made make makes making
    may maybe me might mine more most mostly must my myself near nearly neither never next nor not nothing now of off
    often on once one only onto or other others our ours out over own per perhaps quite rather shall she she's should
    shouldn't since so some somebody someone sometimes soon such than that the their theirs them themselves then there
    there's these they they'd they'll they're they've this those though through throughout till to together toward
    towards two under unless until up upon use used using usually was wasn't we'd we've were weren't what what's whatever
    when where whether which while who whose will with within without would wouldn't you'd you'll you've your yours
    certainly wonder wondering give given gave take taken took tell told say said says keep kept need needed needs
    here why thing things something anything way lot able still yet too very much many any every other same again`,
  nr: 'lotjhani salibonani iye awa ngiyathokoza ngibawa',
  nso: 'thobela dumela ee aowa hle kgopela leboga',
  ss: 'sawubona sanibonani yebo cha ngiyabonga ngicela ngiyacolisa',
  st: 'dumela dumelang tjhe leboha kopa',
  sw: 'habari asante tafadhali ndiyo hapana karibu samahani jambo',
  tn: 'dumela dumelang rra mma ee nnyaa leboga kopa',
  ts: 'avuxeni inhlikanhi ina inkomu kombela khensa',
  ve: 'matsheloni ndaa aa ee hai livhuwa humbela',
  xh: 'molo molweni ewe hayi enkosi ndicela ndiyaxolisa',
  zu: 'sawubona sanibonani yebo cha ngiyabonga siyabonga ngicela ngiyaxolisa unjani ngiyaphila nansi ake',
}

const random = repeatableRandom(7)

const languageTexts = readLanguageTexts()
writeModels('languages.bin', [
  train('languages', shortPieces(languageTexts), { bits: 15, features: 'letters', rounds: 3, rate: 0.3, balance: 0.5 }),
])
writeModels(
  'sentiment.bin',
  sentimentCorpora.map((code) =>
    train(languageOfCorpus[code], readSentiment(code), {
      bits: 14,
      features: 'letters_and_words',
      rounds: 8,
      rate: 0.05,
      balance: 0.7,
    }),
  ),
)
writeFileSync(join(dataFolder, 'stop-words.json'), `${JSON.stringify(stopWords(languageTexts), null, 1)}\n`)

function readLanguageTexts(): Example[] {
  const heldOut = new Set(readLines('langid/vukuzenzele_train.jsonl').map((row) => row.text))
  const texts: Example[] = []
  for (const row of readLines('train/vukuzenzele_train_full.jsonl')) {
    if (heldOut.has(row.text)) continue
    texts.push({ label: languageOfCorpus[row.lang as CorpusCode], words: wordsIn(row.text) })
  }
  for (const corpus of languageCorpora) {
    const label = languageOfCorpus[corpus.split('_')[1] as CorpusCode]
    for (const row of readLines(`train/${corpus}_train.jsonl`)) texts.push({ label, words: wordsIn(row.text) })
  }
  for (const file of readdirSync(seedFolder).sort()) {
    const lines = readFileSync(join(seedFolder, file), 'utf8').trim().split('\n')
    for (let repeat = 0; repeat < seedRepeats; repeat++) {
      for (const line of lines) texts.push({ label: basename(file, '.txt'), words: wordsIn(line) })
    }
  }
  return texts
}

/** Chat turns are short, so the model learns from pieces of 1 to 21 words, short ones more often. */
function shortPieces(texts: Example[]): Example[] {
  const pieces: Example[] = []
  for (const { label, words } of texts) {
    for (let at = 0; at < words.length; ) {
      const length = 1 + Math.floor(random() * random() * 20) + 1
      pieces.push({ label, words: words.slice(at, at + length) })
      at += length
    }
  }
  return pieces
}

function readSentiment(code: CorpusCode): Example[] {
  const folder = code === 'tso' ? 'sentiment' : 'train'
  return readLines(`${folder}/afrisenti_${code}_train.jsonl`).map((row) => {
    const turn = readTurn({ id: '', role: 'unknown', text: row.text }, null)
    return { label: row.label ?? '', words: [...turn.words, ...turn.signs] }
  })
}

type Recipe = {
  bits: number
  features: FeatureKind
  rounds: number
  rate: number
  /** How far rare classes are lifted: 0 not at all, 1 until all classes weigh the same. */
  balance: number
}

/** Multinomial logistic regression by AdaGrad, then rounded to int8. */
function train(name: string, examples: Example[], recipe: Recipe): LinearModel {
  const classes = [...new Set(examples.map((example) => example.label))].sort()
  const width = classes.length
  const data = examples.map(({ label, words }) => ({
    answer: classes.indexOf(label),
    buckets: featuresOf(words, recipe.bits, recipe.features),
  }))
  const counts = classes.map((_, k) => data.filter(({ answer }) => answer === k).length)
  const lifts = counts.map((count) => (data.length / width / count) ** recipe.balance)
  const weights = new Float32Array(width * 2 ** recipe.bits)
  const squares = new Float32Array(weights.length).fill(1e-6)

  for (let step = 0; step < recipe.rounds * data.length; step++) {
    const example = data[Math.floor(random() * data.length)]
    if (example === undefined || example.buckets.length === 0) continue
    const { answer, buckets } = example
    const norm = 1 / Math.sqrt(buckets.length)
    const odds = softmax(
      classes.map((_, k) => norm * buckets.reduce((sum, b) => sum + (weights[b * width + k] ?? 0), 0)),
    )
    for (const [k, chance] of odds.entries()) {
      const slope = (chance - (k === answer ? 1 : 0)) * norm * (lifts[answer] ?? 1)
      if (Math.abs(slope) < 1e-5) continue
      for (const bucket of buckets) {
        const at = bucket * width + k
        const square = (squares[at] ?? 0) + slope * slope
        squares[at] = square
        weights[at] = (weights[at] ?? 0) - (recipe.rate * slope) / Math.sqrt(square)
      }
    }
  }
  const scale = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 127
  const rounded = Int8Array.from(weights, (weight) => Math.round(weight / scale))
  console.log(`${name}: ${data.length} examples, ${classes.join(' ')}`)
  return { name, classes, bits: recipe.bits, features: recipe.features, scale, weights: rounded }
}

/**
 * For each language the words of high document frequency (in at least 2 % of the texts and 3 different ones, at most
 * 120, commonest first), then small talk. Money is common in the news too, but it is what people call about.
 */
function stopWords(texts: Example[]): Record<string, string> {
  const documents = new Map<string, number>()
  const frequency = new Map<string, Map<string, number>>()
  for (const { label, words } of texts) {
    documents.set(label, (documents.get(label) ?? 0) + 1)
    const counts = frequency.get(label) ?? new Map<string, number>()
    frequency.set(label, counts)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const lists: Record<string, string> = {}
  for (const [label, counts] of [...frequency].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const least = Math.max(0.02 * (documents.get(label) ?? 0), 3 * seedRepeats)
    const common = [...counts].filter(([, count]) => count >= least).sort((a, b) => b[1] - a[1])
    const words = common
      .slice(0, 120)
      .map(([word]) => word)
      .filter((word) => !content.has(word))
    lists[label] = [...new Set([...words, ...(smallTalk[label] ?? '').split(/\s+/)])].join(' ').trim()
  }
  return lists
}

function writeModels(file: string, models: LinearModel[]): void {
  const bytes = encodeModels(models)
  writeFileSync(join(dataFolder, file), bytes)
  console.log(`${file}: ${bytes.length} bytes`)
}

function wordsIn(text: string): string[] {
  return readTurn({ id: '', role: 'unknown', text }, null).words
}

function readLines(path: string): { text: string; lang?: string; label?: string }[] {
  const found = sharedData('data', path)
  if (found === null) throw new Error(`data/${path} is absent: set INDABA_SHARED to the folder that holds it`)
  return readFileSync(found, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Numerical Recipes' linear congruential generator, modulus 2^32: the same numbers on every machine. */
function repeatableRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
