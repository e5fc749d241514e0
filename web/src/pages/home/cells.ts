// How a cell is written into a file of comma-separated values (RFC 4180), and what keeps a text from being a formula.

export type Cell = string | number | null | undefined

/** A text that a spreadsheet would take for a formula is led by an apostrophe; a number is a number, also below 0. */
export function written(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const safe = /^[\s]*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
