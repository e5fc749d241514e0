// Makes hostile text harmless for line-based formats without changing its words.

const controls = /[\u0000-\u0008\u000E-\u001F\u007F-\u009F]/g
// Overrides and isolates can make a line read as another (Trojan Source, CVE-2021-42574). Marks that right-to-left
// languages need (U+200E, U+200F, U+061C) and joiners stay.
const bidiOverrides = /[\u202A-\u202E\u2066-\u2069]/g

/** Without line breaks, control characters, bidi overrides and halves of surrogate pairs; white space is one space. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(controls, '').replace(bidiOverrides, '').replace(/\s+/gu, ' ').trim()
}
