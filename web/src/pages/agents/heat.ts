// How far a value is from the mean of the others: 1 is much better, -1 much worse.

/** In per cent of the mean; of scores, of their scale. What differs by more is not shaded any darker. */
const muchPercent = 25
/** As strengths and weaknesses have it. */
const worthMentioningPercent = 5

type Judged = { unit: string; better?: string | null }

/** Null where there is nothing to compare, or neither more nor less is better. */
export function heatOf(value: number | null, all: readonly (number | null)[], { unit, better }: Judged): number | null {
  const known = all.filter((one) => one !== null)
  if (value === null || known.length < 2 || (better !== 'more' && better !== 'less')) return null
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length
  const scale = unit.startsWith('-') ? Number(unit.split('..')[1]) * 2 : Math.abs(mean)
  if (scale === 0) return null
  const away = Math.max(-1, Math.min(1, (((value - mean) / scale) * 100) / muchPercent))
  return better === 'more' ? away : -away
}

export const toneOf = (heat: number | null): 'good' | 'bad' | undefined =>
  heat === null || Math.abs(heat) < worthMentioningPercent / muchPercent ? undefined : heat > 0 ? 'good' : 'bad'
