// A real Chromium, where one is installed, that reaches nothing but this machine. Where none is, `noBrowser` says so.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const programs = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome.exe']
const folders = [...(process.env.PATH ?? '').split(delimiter), '/Applications/Google Chrome.app/Contents/MacOS']
const program = [process.env.INDABA_TEST_CHROMIUM, ...folders.flatMap((at) => programs.map((name) => join(at, name)))]
  .concat('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome')
  .find((path) => path && isProgram(path))

/** For node:test's `skip` option: false where there is a browser, else the printed reason. */
export const noBrowser: false | string = program
  ? false
  : 'no Chromium is installed (apt-get install chromium, or set INDABA_TEST_CHROMIUM to its path)'

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
  // Nothing outside can be reached, whatever a page asks for.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
]

export const openChromium = (): Promise<Browser> => chromium.launch({ executablePath: program, args: flags })

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
