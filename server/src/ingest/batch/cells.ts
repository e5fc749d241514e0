// What spreadsheets do to the values of a table, undone where that is possible and told where it is not.

/** Days from the first of January 1900 as Excel counts them, for the years 1954 to 2100. */
const serialDate = /^([2-6]\d{4}|7[0-2]\d{3})(?:[.,](\d{1,12}))?$/
const scientific = /^[+-]?\d(?:[.,]\d+)?E\+?\d{1,3}$/i
/** An apostrophe before what would be a number or a formula marks it as text; names like 't Hooft have one of their own. */
const textMark = /^'(?=\s*[=+\-@\d\uFF1D\uFF0B\uFF0D\uFF20])/

/** Without what spreadsheets put around a value to keep it as text: `="0821234567"`, `'0821234567`. */
export function cleanCell(cell: string): string {
  const value = cell.trim()
  const kept = /^="((?:[^"]|"")*)"$/.exec(value)?.[1]
  return (kept === undefined ? value.replace(textMark, '') : kept.replaceAll('""', '"')).trim()
}

/** A long number that the spreadsheet has rounded: its last digits are lost. */
export const isRounded = (value: string): boolean => scientific.test(value)

/** A spreadsheet's number of a day, with the time of day as its fraction, as ISO 8601 without a zone; null for others. */
export function dateOfSerial(value: string): string | null {
  const found = serialDate.exec(value)
  if (!found) return null
  const days = Number(`${found[1]}.${found[2] ?? 0}`)
  // 25569 is the first of January 1970. To the second: fractions of a day are not exact.
  const at = new Date(Math.round((days - 25_569) * 86_400) * 1000)
  return at.toISOString().slice(0, 19)
}

/** A spreadsheet's fraction of a day: `0.5` is `12:00:00`. */
export function timeOfSerial(value: string): string | null {
  if (!/^0?[.,]\d{1,12}$/.test(value)) return null
  const seconds = Math.round(Number(value.replace(',', '.')) * 86_400) % 86_400
  return new Date(seconds * 1000).toISOString().slice(11, 19)
}
