/** Sentences about films that were made up for this page, with the classes of movie reviews. */
const sentences: Readonly<Record<'negative' | 'positive', readonly string[]>> = {
  positive: [
    'A warm and funny film that trusts its actors.',
    'I laughed until the lights came on.',
    'The last half hour is the best cinema of the year.',
    'Every scene has a small surprise in it.',
    'Tender, quick and beautifully shot.',
    'The music alone is worth the ticket.',
    'She plays the captain with wit and grace.',
    'A clever script that never shows off.',
    'My children asked to see it again at once.',
    'The ending moved the whole row to tears.',
    'It finds hope in a very ordinary street.',
    'Sharp dialogue, lovely faces, not a dull minute.',
    'A thriller that is as smart as it is tense.',
    'The desert has never looked so alive.',
    'What a joy to watch people who know their craft.',
    'Simple, honest and surprisingly gripping.',
  ],
  negative: [
    'Two hours of noise and nobody to care about.',
    'The jokes were old before the film began.',
    'I looked at my watch more often than at the screen.',
    'A fine cast wasted on a lazy script.',
    'Nothing happens, and then it happens again.',
    'The effects look cheap and the story cheaper.',
    'He shouts every line and means none of them.',
    'A sequel that nobody asked for.',
    'The plot falls apart in the second scene.',
    'Dull, loud and far too long.',
    'It explains everything and understands nothing.',
    'The songs are bad and there are many of them.',
    'An empty film with an expensive coat.',
    'I have seen better acting in a waiting room.',
    'The twist is obvious and the ending is worse.',
    'A sad waste of a good idea.',
  ],
};

export const SAMPLE_NAME = 'sample-reviews.csv';

/** They take turns by class. */
export function sampleReviews(): Blob {
  const rows = sentences.positive.flatMap((text, index) => [
    `"${text}",positive`,
    `"${sentences.negative[index]}",negative`,
  ]);
  return new Blob([`text,label\n${rows.join('\n')}\n`], { type: 'text/csv' });
}
