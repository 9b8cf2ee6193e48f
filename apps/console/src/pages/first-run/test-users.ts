import type { UpdateLine } from '@batchfeed/schemas';

/** SHA-256 of `test-user-<n>@example.com`, from 1 to 10: browsers only hash for pages that were loaded over HTTPS. */
const hashes = [
  '28e3f8c6ecd87525f2a4ffb7b1dde83d204fa11ac74988954a660934f647cd7e',
  '0e7aaad4bf537b97a6313687f2d1b6c16b6da19958c94808b4b1a7d1064bcc9c',
  '34f0157cf19ac716b952ca56e9963f0baf8f44fdcc97ed148fae4887c8535d1b',
  '05c2b420582c3c9246bf987b94b07edc2f4ea6065ad69c844021f4c5309b69ec',
  'fd4e29072b0626d4bfee0f177f6d619b4fce3737322c53fcbe16660187e38339',
  '69ff80087c2f3230f9a937f4187d906d8411c1ec06a62c08157c8048f30babe0',
  '5e6fa6365a59b44c886e4897febacaf92042220fd0c73b18ca0dcf69ec7498c5',
  'c30a29234b62355ab16f22107e28fa2009d65f5f2f769a84e6b4d9d4230cc91c',
  '5d80296a11d46032285681d20e688fef32257fce1df8567ca24a5685194f56df',
  '9b413edd115455d9d06d0650811bac1f49a37d33e447c032982fc0e271559ffe',
];

/** Ten invented users who enter the segment, or leave it again. Nobody has an address at example.com. */
export function testUsers(operation: UpdateLine['operation']): UpdateLine[] {
  return hashes.map((hash, index) => ({
    operation,
    user_identifiers: [
      { type: 'USER_POINT', user_point_id: `test-user-${index + 1}` },
      { type: 'USER_EMAIL', hash, email: `test-user-${index + 1}@example.com` },
    ],
  }));
}
