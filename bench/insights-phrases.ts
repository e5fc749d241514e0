// What people say in the conversations of the bench: short sentences in four languages, with the share of each. `#` becomes
// a number, so that no two conversations are quite alike.

export type Phrases = { language: string; share: number; customer: string[]; agent: string[] }

export const phrases: Phrases[] = [
  {
    language: 'en-ZA',
    share: 0.6,
    customer: [
      'Good morning, I was charged twice for invoice # and I would like a refund.',
      'My parcel # has not arrived and the tracking page has not changed for days.',
      'The internet at my house has been down since Monday, the ticket is #.',
      'I want to cancel my subscription, the account number is #.',
      'Thank you, that is very kind of you, it works now.',
      'I am really not happy with this, I have called about reference # three times.',
      'Could you tell me when the technician will come to Oak Street #?',
      'My card was blocked abroad while I was paying for a hotel.',
    ],
    agent: [
      'I am sorry to hear that. May I have the number of the account, please?',
      'I can see order # here, and I will send you a new one today at no cost.',
      'I have opened a case for you, the reference is #.',
      'The refund will be in your account within five working days.',
      'Let me put you through to the technical department.',
      'Is there anything else that I can help you with today?',
    ],
  },
  {
    language: 'af-ZA',
    share: 0.15,
    customer: [
      'Goeie more, my rekening # is verkeerd en ek wil my geld terug hê.',
      'My pakkie # het nog nie aangekom nie, ek wag al twee weke.',
      'Dankie, dit is baie vriendelik van u, dit werk nou.',
      'Ek is glad nie tevrede met die diens nie.',
    ],
    agent: [
      'Ek is jammer om dit te hoor. Mag ek u rekeningnommer kry, asseblief?',
      'Ek sien bestelling # hier, en ons stuur vandag vir u een.',
      'Is daar nog iets waarmee ek kan help?',
    ],
  },
  {
    language: 'zu-ZA',
    share: 0.15,
    customer: [
      'Sawubona, ngikhokhiswe kabili nge-akhawunti #, ngicela imali yami.',
      'Iphakethe lami # alikafiki, sengilinde amasonto amabili.',
      'Ngiyabonga kakhulu, manje kuyasebenza.',
      'Angijabule neze ngale nkonzo.',
    ],
    agent: [
      'Ngiyaxolisa ukuzwa lokho. Ngicela inombolo ye-akhawunti yakho.',
      'Ngiyayibona i-oda # lapha, sizokuthumelela namuhla.',
      'Ingabe kukhona okunye engingakusiza ngakho?',
    ],
  },
  {
    language: 'sw-KE',
    share: 0.1,
    customer: [
      'Habari, nimetozwa mara mbili kwa ankara #, nataka kurudishiwa pesa.',
      'Kifurushi changu # bado hakijafika.',
      'Asante sana, sasa inafanya kazi.',
      'Sijaridhika kabisa na huduma hii.',
    ],
    agent: [
      'Pole sana. Naomba namba ya akaunti yako, tafadhali.',
      'Naiona oda # hapa, tutakutumia leo.',
      'Je, kuna kitu kingine ninachoweza kukusaidia?',
    ],
  },
]
