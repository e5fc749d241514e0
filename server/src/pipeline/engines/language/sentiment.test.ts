import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { sharedData, skipWithout } from '../../../../test/shared-data.ts'
import type { SentimentLabel } from '../../../conversations/shapes.ts'
import { loadModels } from './models.ts'
import { judgeSentiment, labelOf } from './sentiment.ts'
import { readTurn } from './words.ts'

type Row = { text: string; label: SentimentLabel }

const labels: SentimentLabel[] = ['negative', 'neutral', 'positive']

function verdict(text: string, tag: string | null = 'en-ZA') {
  return judgeSentiment(loadModels().sentiment, readTurn({ id: 't', role: 'customer', text }, null), tag)
}

suite('sentiment of a turn', () => {
  test('puts the thresholds where the formula has them', () => {
    const cases: [number, SentimentLabel][] = [
      [-1, 'negative'],
      [-0.251, 'negative'],
      [-0.25, 'neutral'],
      [0, 'neutral'],
      [0.25, 'neutral'],
      [0.251, 'positive'],
    ]
    for (const [score, label] of cases) assert.equal(labelOf(score), label)
  })

  test('reads English, negations and all, as typed and as recognised', () => {
    const cases: [string, SentimentLabel][] = [
      ['Thank you so much, you were really helpful!', 'positive'],
      ['this is a terrible service', 'negative'],
      ['I am not happy with this.', 'negative'],
      ['i am not happy with this', 'negative'],
      ["It isn't good at all", 'negative'],
      ['It isn’t good at all', 'negative'],
      ['Not bad!', 'positive'],
      ['The food was good but the driver was rude and horrible', 'negative'],
      ['My account number is on the form', 'neutral'],
    ]
    for (const [text, label] of cases) assert.equal(verdict(text).sentiment?.label, label, text)
    const score = (text: string) => verdict(text).sentiment?.score ?? 0
    assert.ok(score('very good') > score('good'))
    assert.ok(score('slightly good') < score('good'))
  })

  test('reads Afrikaans, whose negation comes after, isiZulu and isiXhosa', () => {
    assert.equal(verdict('Baie dankie, julle diens is uitstekend', 'af-ZA').sentiment?.label, 'positive')
    assert.equal(verdict('Ek is glad nie tevrede nie', 'af-ZA').sentiment?.label, 'negative')
    assert.equal(verdict('Ngiyabonga kakhulu', 'zu-ZA').sentiment?.label, 'positive')
    assert.equal(verdict('Ngithukuthele', 'zu-ZA').sentiment?.label, 'negative')
    assert.equal(verdict('Enkosi kakhulu', 'xh-ZA').sentiment?.label, 'positive')
  })

  test('understands emoji in any language', () => {
    assert.equal(verdict('Ndi hone 😡', 've-ZA').sentiment?.label, 'negative')
    assert.equal(verdict('👍🏽', null).sentiment?.label, 'positive')
    assert.equal(verdict('ok :)', null).sentiment?.label, 'positive')
  })

  test('says why it has no opinion', () => {
    assert.equal(verdict('Ndi hone', 've-ZA').reason, 'no sentiment model for ve-ZA')
    assert.equal(verdict('Nansi inombolo', 'zu-ZA').reason, 'no word known to the zu-ZA sentiment list')
    assert.equal(verdict('whatever', null).reason, 'language unknown')
    assert.equal(verdict('12345', 'en-ZA').reason, 'no words')
  })

  const airline = sharedData('data/sentiment/airline_customer_tweets.jsonl')
  test('measures up on messages to airlines', { skip: skipWithout(airline) }, (t) => {
    assert.ok(measured(t, 'en, airline messages', rowsOf(airline), 'en-ZA') >= 0.55)
  })

  // Macro-F1 that each language must keep; what chance gives is printed beside it.
  const trained: [string, string, number][] = [
    ['hau', 'ha', 0.68],
    ['ibo', 'ig', 0.7],
    ['pcm', 'pcm', 0.42],
    ['por', 'pt', 0.52],
    ['swa', 'sw-KE', 0.38],
    ['tso', 'ts-ZA', 0.5],
    ['yor', 'yo', 0.65],
  ]
  test('measures up on tweets in languages with a trained model', { skip: skipWithout(airline) }, (t) => {
    for (const [corpus, tag, least] of trained) {
      assert.ok(measured(t, tag, rowsOf(sharedData(`data/sentiment/afrisenti_${corpus}_dev.jsonl`)), tag) >= least, tag)
    }
  })

  const listed: [string, string, number][] = [
    ['eng', 'en-ZA', 0.38],
    ['afr', 'af-ZA', 0.36],
    ['zul', 'zu-ZA', 0.4],
    ['xho', 'xh-ZA', 0.32],
  ]
  test('measures up on emotions in languages with a list of words', { skip: skipWithout(airline) }, (t) => {
    for (const [corpus, tag, least] of listed) {
      const rows = emotionRows(sharedData(`data/emotion/brighter_${corpus}_dev.jsonl`))
      assert.ok(measured(t, `${tag}, emotions, silence taken as neutral`, rows, tag) >= least, tag)
      const spoken = rows
        .map((row) => ({ row, found: verdict(row.text, tag).sentiment }))
        .filter(({ found }) => found !== null)
      const opposite = spoken.filter(
        ({ row, found }) => row.label !== 'neutral' && found?.label !== 'neutral' && found?.label !== row.label,
      )
      t.diagnostic(`${tag}: an opinion on ${spoken.length} of ${rows.length}, the opposite one on ${opposite.length}`)
      assert.ok(opposite.length < 0.2 * spoken.length)
    }
  })
})

/** Macro-F1, printed beside what always saying the commonest label and guessing by frequency would give. */
function measured(t: { diagnostic(message: string): void }, name: string, rows: Row[], tag: string): number {
  const found = macroF1(rows.map((row) => [row.label, verdict(row.text, tag).sentiment?.label ?? 'neutral']))
  const shares = labels.map((label) => rows.filter((row) => row.label === label).length / rows.length)
  const common = labels[shares.indexOf(Math.max(...shares))] ?? 'neutral'
  const always = macroF1(rows.map((row) => [row.label, common]))
  // Guessing by frequency has, for each label, precision = recall = its share.
  const guess = shares.reduce((sum, share) => sum + share, 0) / labels.length
  t.diagnostic(
    `${name}: macro-F1 ${found.toFixed(3)} (commonest label ${always.toFixed(3)}, guessing ${guess.toFixed(3)}), n ${rows.length}`,
  )
  assert.ok(found > Math.max(always, guess) + 0.02, `${name} is no better than chance`)
  return found
}

function macroF1(pairs: [SentimentLabel, SentimentLabel][]): number {
  const scores = labels.map((label) => {
    const hits = pairs.filter(([gold, found]) => gold === label && found === label).length
    const named = pairs.filter(([gold, found]) => gold === label || found === label).length
    return hits === 0 ? 0 : (2 * hits) / (named + hits)
  })
  return scores.reduce((sum, score) => sum + score, 0) / labels.length
}

function rowsOf(path: string | null): Row[] {
  return readFileSync(path ?? '', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Joy is positive; anger, disgust, fear and sadness are negative; none is neutral; mixed ones and surprise are left out. */
function emotionRows(path: string | null): Row[] {
  const rows = rowsOf(path) as unknown as { text: string; emotions: string[] }[]
  return rows.flatMap(({ text, emotions }) => {
    const glad = emotions.includes('joy')
    const bad = ['anger', 'disgust', 'fear', 'sadness'].some((emotion) => emotions.includes(emotion))
    if (glad === bad && emotions.length > 0) return []
    return [{ text, label: glad ? 'positive' : bad ? 'negative' : 'neutral' } as Row]
  })
}
