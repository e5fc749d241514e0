// The words of a conversation as PostgreSQL keeps them: each with its places and with who said it. What is looked for in
// them is tsquery.ts's, where they come from follower.ts's.

import { type Agent, type Conversation, maskAgent, maskConversation } from '../../conversations/index.ts'
import { nearMax } from '../../platform/filter/word-query.ts'
import { type Token, tokensOf } from '../../platform/filter/word-tokens.ts'
import { type Side, type SpokenTurn, spokenRuns, tokensOfRun } from './spoken-runs.ts'

/** As PostgreSQL reads them. */
export type Document = { words: string; more: string[] | null }

export type DocumentSource = {
  conversation: Conversation
  agent: Agent | null
  fileName: string | null
  turns: readonly SpokenTurn[]
}

/** Words of one run are this far from those of the next, so that nothing reaches over. */
const gap = nearMax + 1
/** PostgreSQL keeps 255 places of a word, up to 16,383: a part ends before. */
const partWords = 3000
const placesMax = 200
/** What somebody says in one go is cut into such pieces, and phrases across a cut are not found. */
const pieceWords = 1000
const lastPlace = 16_383
const partPlaces = lastPlace - 1 - gap
/** Some ten hours of speech. What comes after is not found. */
const wordsMax = 100_000
/** PostgreSQL's own limit is 1 MB. */
const sizeBytesMax = 700_000
const knownCharsMax = 100_000

/** What all lexemes of an organisation begin with. Two may share one: rows are told apart by their organisation. */
export const orgSign = (orgId: string): string => orgId.slice(-4)
/** Of words that masks hide. */
export const hiddenSign = '!'

/** `most`: how many places the commonest word has. */
type Part = { lexemes: Map<string, Set<string>>; words: number; bytes: number; most: number }
const newPart = (): Part => ({ lexemes: new Map(), words: 0, bytes: 0, most: 0 })

export function documentOf(source: DocumentSource): Document {
  const sign = orgSign(source.conversation.org_id)
  const first = newPart()
  const parts = [first]
  let place = 1
  let total = 0

  function take(tokens: readonly Token[], from: number, weight: Side | '', mark = ''): void {
    for (const token of tokens) {
      if (++total > wordsMax || first.bytes > sizeBytesMax) return
      const lexeme = `${sign}${mark}${token.lexeme}`
      const part = parts.at(-1) as Part
      part.words += 1
      put(part, lexeme, `${place + token.position - from}${weight}`)
      if (part !== first) put(first, lexeme, `${lastPlace}${weight}`)
    }
  }

  for (const { text, isHidden } of knownTexts(source)) {
    const tokens = tokensOf(text)
    if (place + tokens.length > partPlaces) break
    take(tokens, 1, '', isHidden ? hiddenSign : '')
    place += tokens.length + gap
  }
  for (const { side, turns } of spokenRuns(source.turns)) {
    for (const piece of pieces(tokensOfRun(turns))) {
      const from = piece[0]?.position ?? 1
      const length = piece.reduce((last, { position }) => Math.max(last, position - from + 1), 0)
      const part = parts.at(-1) as Part
      const isFull = part.words + piece.length > partWords || place + length > partPlaces || part.most > placesMax
      if (part.words > 0 && isFull) {
        parts.push(newPart())
        place = 1
      }
      take(piece, from, side)
      place += length + gap
    }
  }
  const [words = '', ...more] = parts.map(written)
  return { words, more: more.length > 0 ? more : null }
}

function pieces<T extends Token>(tokens: readonly T[]): T[][] {
  const inOrder = tokens.length > pieceWords ? [...tokens].sort((a, b) => a.position - b.position) : [...tokens]
  return Array.from({ length: Math.ceil(tokens.length / pieceWords) }, (_, index) =>
    inOrder.slice(index * pieceWords, (index + 1) * pieceWords),
  )
}

function put(part: Part, lexeme: string, place: string): void {
  const places = part.lexemes.get(lexeme)
  if (places) places.add(place)
  else part.lexemes.set(lexeme, new Set([place]))
  part.most = Math.max(part.most, places?.size ?? 1)
  part.bytes += places ? 2 : Buffer.byteLength(lexeme) + 8
}

const written = ({ lexemes }: Part): string =>
  Array.from(lexemes, ([lexeme, places]) => `${quoted(lexeme)}:${[...places].join(',')}`).join(' ')

/** As PostgreSQL reads a lexeme, of documents and of queries. */
export const quoted = (lexeme: string): string => `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** What is known beside the words. Hidden is what somebody who sees masks does not read anywhere of it. */
function knownTexts({ conversation, agent, fileName }: DocumentSource): { text: string; isHidden: boolean }[] {
  const plain = new Set(textsOf(conversation, agent, fileName))
  const masked = new Set(textsOf(maskConversation(conversation), agent && maskAgent(agent), null))
  return [
    ...[...plain].map((text) => ({ text, isHidden: !masked.has(text) })),
    // What is left of them, without the words that stand for what is hidden.
    ...[...masked]
      .filter((text) => !plain.has(text))
      .map((text) => ({ text: text.replaceAll(/\[[A-Z_]+\]/g, ' | '), isHidden: false })),
  ]
}

function textsOf(conversation: Conversation, agent: Agent | null, fileName: string | null): string[] {
  const { external_id, agent_given, customer_ref, caller_number, called_number, tags, metadata } = conversation
  const found: string[] = []
  let room = knownCharsMax
  const add = (value: unknown): void => {
    if (value === null || value === undefined || room <= 0) return
    if (typeof value === 'object') for (const inner of Object.values(value)) add(inner)
    else if (typeof value !== 'boolean') {
      const text = String(value).slice(0, room)
      room -= text.length
      if (text !== '') found.push(text)
    }
  }
  add([external_id, fileName, agent?.name, agent?.email, agent?.external_id, agent_given, customer_ref])
  add([caller_number, called_number, conversation.team ?? agent?.team, conversation.department ?? agent?.department])
  add([tags, metadata])
  return found
}

/** Of the fields in which masks reach into what clients wrote; null where they change nothing. */
export function shownFields(conversation: Conversation): Record<string, unknown> | null {
  const pick = ({ external_id, tags, metadata }: Conversation) => ({ external_id, tags, metadata })
  const masked = pick(maskConversation(conversation))
  return JSON.stringify(masked) === JSON.stringify(pick(conversation)) ? null : masked
}
