/** What people of one region are called and where they live, in their own script. */
export interface Locale {
  country: string;
  /** How often such a person comes up, against the other locales. */
  weight: number;
  given: readonly string[];
  family: readonly string[];
  streets: readonly string[];
  cities: readonly string[];
  /** Latin stems for email addresses. */
  mailNames: readonly string[];
  mailDomains: readonly string[];
}

export const locales = {
  french: {
    country: 'FR',
    weight: 24,
    given: ['Éloïse', 'Jean-François', 'Zoë', 'Noémie', 'Théo', 'Anaïs', 'Gaëlle', 'Benoît'],
    family: ["D'Angelo", 'Lefèvre', 'Garçon', 'Le Guen', 'Œuvrard', 'Lemaître', 'Hautecœur'],
    streets: ['12 rue de l’Église', "3 bis, allée de l'Orée", '148 avenue du Général-Leclerc', '7 place d’Armes'],
    cities: ['Besançon', 'Nîmes', 'Saint-Étienne', 'L’Haÿ-les-Roses', 'Orléans'],
    mailNames: ['eloise', 'jean-francois', 'zoe.l', "o'garcon", 'theo_b', 'benoit.lefevre'],
    mailDomains: ['courrier.example', 'boite.example', 'mel.example'],
  },
  hungarian: {
    country: 'HU',
    weight: 20,
    given: ['Ágnes', 'Győző', 'Csilla', 'Özséb', 'Tünde', 'Árpád', 'Örs', 'Kincső'],
    family: ['Szűcs', 'Kovács', 'Őry', 'Gyürüs', 'Nagy', 'Fülöp', 'Tóth-Kása'],
    streets: ['Petőfi Sándor utca 4. II/3.', 'Kossuth Lajos tér 1.', 'Őrház út 12/b', 'Szűz köz 9.'],
    cities: ['Győr', 'Székesfehérvár', 'Hódmezővásárhely', 'Kőszeg'],
    mailNames: ['agnes', 'gyozo.szucs', 'csilla+hirlevel', 'tunde_77', 'arpad'],
    mailDomains: ['posta.example', 'level.example'],
  },
  english: {
    country: 'GB',
    weight: 16,
    given: ['Siobhán', 'Nigel', 'Anne-Marie', 'X', 'Mary Ann', 'Rhys'],
    family: ["O'Neill", 'St. John-Smythe', 'Null', 'Test', 'de la Mare', 'Ng'],
    streets: ['1 High St', 'Flat 2, 10–12 Mill Lane', 'The "Old" Forge & Stables', '221B <Rear> Baker Street'],
    cities: ["King's Lynn", 'Ynys Môn', 'Stoke-on-Trent'],
    mailNames: ['nigel', 'anne-marie', 'mary.ann+shop', "siobhan.o'neill", 'a', 'rhys.the.long.distance.walker'],
    mailDomains: ['mail.example', 'post.co.example', 'sub.domain.of.a.larger.organisation.example'],
  },
  greek: {
    country: 'GR',
    weight: 6,
    given: ['Ελένη', 'Γιώργος', 'Κωνσταντίνος', 'Αθηνά'],
    family: ['Παπαδόπουλος', 'Αγγελοπούλου', 'Μιχαηλίδης'],
    streets: ['Οδός Ερμού 15', 'Λεωφόρος Κηφισίας 124'],
    cities: ['Αθήνα', 'Θεσσαλονίκη', 'Ηράκλειο'],
    mailNames: ['eleni', 'g.papadopoulos', 'athina'],
    mailDomains: ['tachydromeio.example'],
  },
  ukrainian: {
    country: 'UA',
    weight: 8,
    given: ['Олександра', 'Їжак', 'Ґалаґан', 'Соломія'],
    family: ['Шевченко', 'Коваленко', 'М’якота', 'Стус'],
    streets: ['вул. Хрещатик, 22', 'просп. Незалежності, 5, кв. 17'],
    cities: ['Київ', 'Львів', 'Чернівці'],
    mailNames: ['oleksandra', 'solomiya.s', 'kovalenko2'],
    mailDomains: ['poshta.example'],
  },
  arabic: {
    country: 'EG',
    weight: 6,
    given: ['فاطمة', 'محمد', 'عبد الرحمن', 'ليلى'],
    family: ['الحسيني', 'عبد القادر', 'البغدادي'],
    streets: ['١٢ شارع التحرير', 'ميدان طلعت حرب'],
    cities: ['القاهرة', 'الإسكندرية'],
    mailNames: ['fatima', 'abd.elrahman', 'layla-h'],
    mailDomains: ['barid.example'],
  },
  hebrew: {
    country: 'IL',
    weight: 3,
    given: ['שִׁירָה', 'נועם', 'יעל'],
    family: ['כהן', 'בן־גוריון', 'לוי'],
    streets: ['רח׳ הרצל 5', 'שד׳ רוטשילד 16'],
    cities: ['תל אביב־יפו', 'חיפה'],
    mailNames: ['shira', 'noam.k'],
    mailDomains: ['doar.example'],
  },
  hindi: {
    country: 'IN',
    weight: 5,
    given: ['श्रीकृष्ण', 'प्रिया', 'लक्ष्मी'],
    family: ['शर्मा', 'द्विवेदी', 'त्रिपाठी'],
    streets: ['४२, महात्मा गांधी मार्ग', 'गली नं. ३'],
    cities: ['नई दिल्ली', 'वाराणसी'],
    mailNames: ['priya', 'lakshmi.t', 'sharma99'],
    mailDomains: ['dak.example'],
  },
  chinese: {
    country: 'CN',
    weight: 5,
    given: ['伟', '秀英', '𠮷祥', '欣怡'],
    family: ['王', '欧阳', '李', '𡈽屋'],
    streets: ['中山路100号3单元502室', '人民大道８８号'],
    cities: ['上海市', '乌鲁木齐市'],
    mailNames: ['wang.wei', 'xinyi', '10086'],
    mailDomains: ['youjian.example'],
  },
  japanese: {
    country: 'JP',
    weight: 4,
    given: ['さくら', 'ケンジ', '髙橋', '陽葵'],
    family: ['渡邊', '髙木', '佐藤'],
    streets: ['渋谷区神南１−２−３', '東区箱崎６丁目１０番１号'],
    cities: ['東京都', '京都市'],
    mailNames: ['sakura', 'kenji.w', '_himari_'],
    mailDomains: ['yuubin.example'],
  },
  playful: {
    country: 'US',
    weight: 3,
    given: ['Zoë 👩‍👩‍👧', 'J̷o̷e̷', 'Ｗｉｄｅ', 'Renée\u0301'],
    family: ['🚀', 'ﬁeld', 'Straße', 'Line\u2028Break'],
    streets: ['1 \\ Backslash Way', 'Tab\tStreet', '{"not":"json"}', '=SUM(A1:A2)'],
    cities: ['Ünïcödé', 'İstanbul'],
    mailNames: ['zoe', 'joe', 'wide', 'renee'],
    mailDomains: ['fun.example'],
  },
} as const satisfies Record<string, Locale>;
export type LocaleName = keyof typeof locales;
