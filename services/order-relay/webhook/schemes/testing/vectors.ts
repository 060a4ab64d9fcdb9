/**
 * Deliveries as the senders make them, signed by another implementation (the openssl of the command line):
 * `openssl dgst -sha256 -hmac TOKEN`, `openssl dgst -sha256 -sign KEY | base64`, of Adobe Commerce over `base64 -w0` of
 * the body. The private keys are thrown away.
 */

export const mageOsTokens = ['fD03@NpYbXYg-of-the-subscription', 'the-next-token-for-the-rotation'] as const;
export const mageOsBody = String.raw`{"data":{"entity_id":42,"increment_id":"000000042","store_id":1,"state":"processing","updated_at":"2026-11-23 07:59:58","grand_total":119,"customer_note":"Gr\u00f6\u00dfe 1\/2","items":[]}}`;
/** By each of the tokens. */
export const mageOsSignatures = [
  'b25dc5886cba222d79d156423ba11cf42fe6325283980f2fe0950a2cb97fb4d3',
  '96eb6157cfdfe204a54732c4ed3f805c5315032a7c92f6bd13503006c1f36c27',
] as const;

export const firstKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4cumsr7inksBxf36SN78
szxZp0BvXSvIfCGDlmP15JM7T675iZvZhKiIsEmjrK6zS0y/gTlZNyu0AF1j1fNY
SSaZUWG8OCVcqD1hTadI6PdbnyJ3ctCBKAOQsCD69ICREGORXK22cG3wtfX9Fn/O
jsXU+zg5k3YUe2c1Ux3MYYTl5IRhO+kFknjy+BxTkToid0/OxYupkGoRdy9FBTCT
KgmU0mUzoaLs8/B/zaxx6QysgbXKJrBrmc3LyrCGXq7Xh2o4PfkXe5DTKfoALm2Q
oiZYumGEoztMBfUDMh0xvaZhHgrjFavG7I+1Me2EGgTQJ276+fYK55RHeoqbelOs
AQIDAQAB
-----END PUBLIC KEY-----`;
export const secondKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAttsKf6ebCpOy3laKKpyO
Dhvs6DnAm6hEU6ojpmQtc5INbHStwr+JdSXijqfHGE9PFpPWMLlNX2mFZsR9un2Y
W+jLrYmQWcizNQLa4voi3PW7+dV8HZe8WB8e2+yV1elM8BTKN/vR4n/nqpOv+C2Z
t0qAKYouRhyhKcul7oA2Mw/HcXe2u7Si2YxzKo8d6RKQ645q/rOTNBB/p4Eypjzn
aU7pkjZs8scuTTsyo/WFdhvY8nxqwYK8HKPZoPhl0JfuxxzcXUor9KUQTaYu6Uzb
YlgntmqxGNsK2fIYhg+MCSit9zWEKhYKBrSKmOp9RLUtpaemUgPR93SxTOu6mDue
8wIDAQAB
-----END PUBLIC KEY-----`;
export const thirdKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzMeCSx/fHOgGbu910NHp
MULpgv82uyDNlbQC5Bee1d7ULq+PA4H0v2f6zj+NMuMWJp5tN8VsF7OCXrLc3dU5
3/HihyEn6RKQR5SiQxokbQ+m0DMfNd0p0TzynG70ZDH2kpJ3G4dW5y/Td2F3zMT4
T3agSkxYnmU8HyFAkmdSDbWFtKG35/2YYN6s/qsWJEVd8k2k98KMO4dHlv2PE3fG
Gp+VjeCo/dbljjzG5i/M5tmF8CoUeY2HNeUSEVydhfOBRe7uQkhe8Hf+WzOXr6Gl
J904i5G/7dXejen4LQHR7eZ+n0MsAyQZKc2L7gdVVHz9NHc5CrDZ3zhzI3CNI88u
CwIDAQAB
-----END PUBLIC KEY-----`;

export const adobeCommerceBody = String.raw`{"order":{"entity_id":"42","increment_id":"000000042","store_id":"1","updated_at":"2026-11-23 07:59:58","grand_total":119,"note":"Gr\u00f6\u00dfe 1\/2"}}`;
/** By the first key. */
export const adobeCommerceSignature =
  'HVsUbgUNNoX6jtI67ugIC1LzlvpT1mf94MSm3i514LGaaNbG8iB3RbAoVHeE61pGTMMPCnpp0sqa3jBWoiH2m5abKZmoytduiv46' +
  'xHxizEPxRFYv/0AsNv+DkE5i6B2dRM+wl3mtPBJ+XoT47piIv4gyvrw0PJgpRcq5brWA45a/uUhcfkfFV3yEUyv32N1t5ANl+rT1' +
  'EpVoEOdhHzx2BQjy3SWmQkC6rwjqiZXaQd1/iuBucW5ZJgyiv4gkzVLrXedmu92LrMvohuRDJjk4Hock3QxXuZVVoYukUUo7/WXv' +
  'ds1z7UCVAz96T6wyJxlY7oeIlP6BL83q5E3Z6xuIew==';
/** By the first key, over the body itself. */
export const signatureOverPlainBody =
  'ajL1s6Iey4JEbgLcPhgjSppjNElArk8nMbv5x5wmCs7nY184LQ3WNPLFvzXKoDC6VCS+HSa6sCooxs2ibAk1+b+SZhgzHJoidDBq' +
  'lhlg8XTB4uEOq+0hFAEVSnqQeSCfacCEqiQWeQosFRgg1n07pvdXPowZDHOd1lumZ8GdrSxHOZF1LHH+wIrizxN4S+B7lgQZaDuS' +
  'gqSqiT2djlTBWr+v9AvNCsUJOE+gJ/OdXwpciBBACU050ItNFyT+th7JC43IH7pYr1EAZRDWU6B6qX+YotHybh0SL1uzCh7uIdPl' +
  '4En4oE1wIRvnPpkTk9S+lKrs4tprOe3M0lQaSNMFYg==';

export const adobeClientId = 'c5a34355b7f5491f8277b8dd63f0bfa3';
export const adobeIoBody = String.raw`{"specversion":"1.0","id":"23f76cef-9f14-44b1-bbd0-29995789c98e","source":"urn:uuid:fb58963f-d2e7-4ab4-83da-b6ff15b8ebc0","type":"com.adobe.commerce.observer.sales_order_save_commit_after","datacontenttype":"application/json","time":"2026-11-23T07:59:58.436Z","eventid":"8927ce83-2f10-4df9-9eb4-09c381bc4778","event_id":"8927ce83-2f10-4df9-9eb4-09c381bc4778","recipientclientid":"c5a34355b7f5491f8277b8dd63f0bfa3","recipient_client_id":"c5a34355b7f5491f8277b8dd63f0bfa3","data":{"key":"31a86bbd-e51d-4b58-9f5a-34ec8df263c9","value":{"entity_id":"42","increment_id":"000000042","store_id":"1","updated_at":"2026-11-23 07:59:58"},"source":"shop.Stage"}}`;
/** By the second key. */
export const adobeIoSignature1 =
  'nHv3TM4k7GJvhvBLLjlhLq3aDSEqXmuLonruV4DWN55UJzLgKS/KlDVf7ZMqUs3ClO1n8FqadJ9hgq+haziYINcbh1E7TxaL6vSe' +
  '4FRVR9u/vXV37PVbm/wZOC18HDxc/zD+5QUNah1o3C1W6gYW326tWaAejiNGH7STJKD7J7ga7apNLkAaUOeZIefQJLCmfCGAYXyD' +
  'yuDgatPMbMq3r/QuCHvs5gIzTDVYjNzKi5PWAAGbL2JwlO/Kjy7VQeTB7c6yEXu8ekip8n2+0ECKAtXQLUg7X5Y9gZB50ECF+hnE' +
  'd9+6pM/QPzT3kB8PKd5hulMyTBULw7XujNowsiLTbg==';
/** By the third key. */
export const adobeIoSignature2 =
  'hMdJL2s3Tma/5MT9nkixxkRPuEVV6ugzxMLF1DlXpiPouVuSmPRQboFlA36xtHlgHtUKFX5zMzy4gXbZ4BSmE0TOjqQRkW5K1wky' +
  'RrT+HRxylGch+n4JHbCQ4HEpVZlJj8EsPZzWfGJZc8rcis77jiDirZHRNge57O+GlF+O+SfGu29W5NFraZ2yuWATDIxmWhH82uw1' +
  'UUQy3nFp95zL3pDAV23DccyE8cJ2+dnSZlLh5ILhUDdtFR27teb7ZHoluqCi6F8GIfQJ+QbqkF9mYZbTGgbmqsGwpDdwvbZAXveY' +
  'z9wvjqxFmnhUSseTQxtaQGhz0SIKqiQNjLhWtwRPgw==';
