// Phrases that agents and customers of contact centres say, with the weight of each as evidence (log odds, set by hand).
// English, Afrikaans, isiZulu, isiNdebele, siSwati, isiXhosa, Sesotho, Setswana, Sepedi, Xitsonga and Tshivenda, as far
// as the wording is certain. Written as spoken-words.ts leaves them; a trailing * stands for the rest of the word.

import { spokenWords } from './spoken-words.ts'

const strong = 2.5
const medium = 1.2
const weak = 0.5

const agent: [weight: number, phrases: string][] = [
  [
    strong,
    `how can i help, how may i help, how can i assist, how may i assist, how can we help, thank you for calling,
     thanks for calling, thank you for contacting, thanks for contacting, anything else i can, anything else we can,
     for security purposes, for verification, verify your, thank you for holding, thanks for holding, this call is
     recorded, call may be recorded, place you on hold, put you on hold, you are speaking to, youre speaking with,
     help you with that, assist you with that, to better assist you, hoe kan ek help, hoe kan ek u help, hoe kan ek
     jou help, waarmee kan ek, dankie dat u gebel het, dankie dat jy gebel het, dankie dat u bel, ngingakusiza*,
     singakusiza*, ngiyabonga ngokushaya ucingo, siyabonga ngokushaya ucingo, ngingakusita*, ndingakunceda*,
     singakunceda*, enkosi ngokufowuna, nka o thusa, nka u thusa, nka go thusa, ndzi nga ku pfuna, ndzi nga mi pfuna,
     ndi nga ni thusa, ndi nga vha thusa`,
  ],
  [
    medium,
    `would you like me to, let me check, let me have a look, let me see what, let me pull up, ill check, bear with
     me, may i have your, can i have your, could i have your, can i get your, could i get your, may i get your, can
     you confirm, could you confirm, please confirm, can you provide, could you provide, please provide, can you tell
     me, could you tell me, we apologise, we apologize, i apologise, i apologize, sorry to hear, were sorry, sorry
     you, we appreciate, for the inconvenience, wed be happy to, happy to help, glad to help, love to help, like to
     help, here to help, want to help, let us know, look into, please dm, send us a, dm us, your name please, which
     account would you, have a great day, have a good day, have a lovely day, youre welcome,
     your account number, your date of birth, your phone number, your order number, your email address, your id
     number, welcome to, ngiyaxolisa, ake ngibheke, ake sibheke, ngicela unginike, ndicela undinike, ek vra om
     verskoning`,
  ],
  [
    weak,
    `please try, your order, your card, your balance, your details, we understand, would you like, we recommend, are
     you able, have you tried, that is correct, my name is, sir, maam, u rekening`,
  ],
]

const customer: [weight: number, phrases: string][] = [
  [
    medium,
    `im calling about, im calling because, i am calling about, i am calling because, im calling to, i was calling, im
     phoning, i was wondering, i lost my, i need to, i have a problem, i have a question, im having, i was charged,
     ive been waiting, ive been trying, i want to, i want my, i would like to, id like to, i wanted to, can you help
     me, could you help me, can you send me, why is my, why am i, why do i, my bill, my order, my account, my card,
     my flight, my phone, my internet, thats it, no thank you, no thats all, thats all, you
     too, doesnt work, not working, wont work, i cant, i cannot, i still, my service, my package, i just got, i
     havent, i bought, i paid, i ordered, ek wil graag, ek het n probleem, ek bel omdat, ek bel oor, my rekening,
     ngidinga usizo, nginenkinga, ngifuna uku*, ngicela usizo, ndinengxaki, ndifuna uku*, ndicela uncedo, ke kopa
     thuso, ke kgopela thuso, ke na le bothata, ndi humbela thuso, ndi na thaidzo, ndzi kombela ku pfuniwa, ndzi na
     xiphiqo`,
  ],
  [
    weak,
    `i need, i want, i have, ive, i got, i did, you guys, my, im not, i dont, i tried, are you open, how much, how
     long`,
  ],
]

type Phrase = { needle: string; weight: number }

const needles = (groups: [number, string][], sign: 1 | -1): Phrase[] =>
  groups.flatMap(([weight, phrases]) =>
    phrases.split(',').map((phrase) => ({
      needle: ` ${spokenWords(phrase).join(' ')}${phrase.endsWith('*') ? '' : ' '}`,
      weight: sign * weight,
    })),
  )

const phrases = [...needles(agent, 1), ...needles(customer, -1)]

/**
 * Evidence of the words for "agent" (positive) or "customer" (negative). Each phrase counts once: saying "my" twenty
 * times is no better evidence than saying it in one story.
 */
export function phraseEvidence(text: string): number {
  const spoken = ` ${spokenWords(text).join(' ')} `
  return phrases.reduce((sum, { needle, weight }) => (spoken.includes(needle) ? sum + weight : sum), 0)
}
