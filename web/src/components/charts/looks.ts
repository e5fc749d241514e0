// How series are told apart: by colour, and by a dash, a mark or a pattern for whoever does not see the colours.

export const looksCount = 8

const dashes = [undefined, '7 4', '2 3', '10 3 2 3', '14 4', '4 2 1 2', '1 4', '8 2 8 6']
/** Of lines that are drawn over each other, in the paper's colour. */
export const patterns = [null, 'stripes', 'dots', 'bars', 'back', 'rows', 'grid', 'wide'] as const
export type Pattern = Exclude<(typeof patterns)[number], null>

/** The series beyond the eighth begin anew, with the same looks: charts show at most eight. */
export const lookOf = (index: number) => {
  const at = index % looksCount
  return { colour: `var(--chart-${at + 1})`, dash: dashes[at], pattern: patterns[at] ?? null }
}

/** `id` is the chart's own: ids of SVG are the document's. */
export const fillOf = (id: string, index: number): string => {
  const { colour, pattern } = lookOf(index)
  return pattern ? `url(#${id}-${index % looksCount})` : colour
}
