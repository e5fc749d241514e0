// The words of the pages, by page and language: `strings/LANGUAGE/PAGE.json`. Each is loaded when it is first shown. A
// translation is a folder beside `en`.

import i18next, { type BackendModule } from 'i18next'
import { initReactI18next } from 'react-i18next'

const files = import.meta.glob<{ default: object }>('./*/*.json')
export const languages = [...new Set(Object.keys(files).map((path) => path.split('/')[1] ?? ''))]

const fromFiles: BackendModule = {
  type: 'backend',
  init() {},
  async read(language: string, page: string) {
    const load = files[`./${language}/${page}.json`]
    if (!load) throw new Error(`There are no words for ${page} in ${language}.`)
    return (await load()).default as Record<string, string>
  },
}

export const words = i18next.use(fromFiles).use(initReactI18next)

export const startWords = () =>
  words.init({
    supportedLngs: languages,
    lng: languages.find((one) => navigator.language.startsWith(one)) ?? 'en',
    fallbackLng: 'en',
    ns: ['shell'],
    defaultNS: 'shell',
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    returnNull: false,
  })
