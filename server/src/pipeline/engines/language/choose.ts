// Which language engine an installation uses, from its settings. The engines themselves are beside this file.

import { Problem } from '../../../platform/problem.ts'
import { builtinLanguageEngine } from './builtin.ts'
import type { LanguageEngine } from './engine.ts'
import { type LlmSettings, llmLanguageEngine } from './llm.ts'

export type LanguageEngineSettings = {
  /** `INDABA_LANGUAGE_ENGINE`. `auto` takes the language model where one is set up, else the builtin engine. */
  engine: 'auto' | 'builtin' | 'llm'
  /** Null where no endpoint is set up. */
  llm: LlmSettings | null
}

/** Throws Problem `invalid` (`language_model_not_set_up`) where `llm` is asked for and no usable endpoint is given. */
export function chooseLanguageEngine(settings: LanguageEngineSettings): LanguageEngine {
  if (settings.engine === 'builtin' || (settings.engine === 'auto' && settings.llm === null))
    return builtinLanguageEngine()
  if (settings.llm === null || settings.llm.model === '' || !isHttpUrl(settings.llm.baseUrl)) {
    throw new Problem(
      'invalid',
      'language_model_not_set_up',
      'The language engine "llm" needs the http(s) address of an OpenAI-compatible server and the name of a model. Set both, or use the engine "builtin".',
    )
  }
  return llmLanguageEngine(settings.llm)
}

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '')
}
