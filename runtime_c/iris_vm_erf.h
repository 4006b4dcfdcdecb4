/* iris_vm_erf.h - erf, erfc.
 *
 * erf of double is a Taylor series around the nearest node r = k / 64: with d = x - r, G = erf(r) / r and s = erf'(r),
 *
 *   erf(x) = x G + d (s - G) + d s Q(r, d),   Q = sum of (-1)^n H_n(r) d^n / (n + 1)! from n = 1 on (H_n: Hermite's),
 *
 * of which the first term is most of the result for the smallest x too.  G and s - G come from tables; the low bits of
 * the latter say what G lacks.  erfc(x) = exp(-x^2) R(t) / (1 + 3x/2) with t = (x - a) / (x + b), in which R stays
 * within an eighth of its middle over the whole range, so that one polynomial in t is accurate; the square, the
 * exponential and the products are kept in two parts.  Below a third it is 1 - x P(x^2).  float has the same for erfc;
 * its erf is x + x P(x^2) up to 1, and from there on 1 - p^2, where p^2 may be inaccurate.  Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_ERF_H
#define IRIS_VM_ERF_H

/* table iris_vm_erf_nodes */
/* erf(r) / r, r = k / 64 */
static const double iris_vm_erf_nodes[512] = {
    0x1.20dd750429b6dp+0, 0x1.20d77083f17ap+0, 0x1.20c5645dd2538p+0, 0x1.20a754a0ce4d9p+0,
    0x1.207d480e90658p+0, 0x1.20474818695e4p+0, 0x1.200560db1af7cp+0, 0x1.1fb7a11974677p+0,
    0x1.1f5e1a35c3b89p+0, 0x1.1ef8e02a2084fp+0, 0x1.1e88097f953b2p+0, 0x1.1e0baf442ce8ap+0,
    0x1.1d83ecffec36fp+0, 0x1.1cf0e0a8bd022p+0, 0x1.1c52aa95549a5p+0, 0x1.1ba96d6f1d6b3p+0,
    0x1.1af54e232d609p+0, 0x1.1a3673d252f87p+0, 0x1.196d07c0437dep+0, 0x1.18993541f56e3p+0,
    0x1.17bb29ab32832p+0, 0x1.16d3143b6d4e9p+0, 0x1.15e12609e6b8ep+0, 0x1.14e591f1300fdp+0,
    0x1.13e08c7a16a26p+0, 0x1.12d24bc6062e5p+0, 0x1.11bb0778ef9acp+0, 0x1.109af8a2c1ac5p+0,
    0x1.0f7259a881829p+0, 0x1.0e41662d10c5p+0, 0x1.0d085af9af743p+0, 0x1.0bc775e647546p+0,
    0x1.0a7ef5c18edd2p+0, 0x1.092f1a3911852p+0, 0x1.07d823c12b22ep+0, 0x1.067a537d03ef7p+0,
    0x1.0515eb269a871p+0, 0x1.03ab2cf6e9038p+0, 0x1.023a5b8e32067p+0, 0x1.00c3b9dc823a5p+0,
    0x1.fe8f1614e4ebbp-1, 0x1.fb8c24c46c9fcp-1, 0x1.f87f2672050ep-1, 0x1.f568a1b1ac635p-1,
    0x1.f2491cd5626b3p-1, 0x1.ef211dc284115p-1, 0x1.ebf129c828777p-1, 0x1.e8b9c57691933p-1,
    0x1.e57b7477c132ap-1, 0x1.e236b9694226cp-1, 0x1.deec15b73431ep-1, 0x1.db9c0978a82c7p-1,
    0x1.d847134d58a6dp-1, 0x1.d4edb03cca1dfp-1, 0x1.d1905b96dca85p-1, 0x1.ce2f8ed5d7cb8p-1,
    0x1.cacbc181f7fbdp-1, 0x1.c765691684157p-1, 0x1.c3fcf8e86fefcp-1, 0x1.c092e20e90047p-1,
    0x1.bd27934b60faap-1, 0x1.b9bb78f864c8bp-1, 0x1.b64efcf31604fp-1, 0x1.b2e2868b70e9ep-1,
    0x1.af767a741088bp-1, 0x1.ac0b3ab3dda33p-1, 0x1.a8a126994babfp-1, 0x1.a5389aaf1f7e5p-1,
    0x1.a1d1f0b2ba7a6p-1, 0x1.9e6d7f8be3d8dp-1, 0x1.9b0b9b46093acp-1, 0x1.97ac950aeeb9fp-1,
    0x1.9450bb1ec6057p-1, 0x1.90f858dda36e4p-1, 0x1.8da3b6ba472a4p-1, 0x1.8a531a3e30825p-1,
    0x1.8706c60af01edp-1, 0x1.83bef9dcae2c1p-1, 0x1.807bf28dd8a8bp-1, 0x1.7d3dea1bedd16p-1,
    0x1.7a0517ad564cdp-1, 0x1.76d1af9842769p-1, 0x1.73a3e36a7def9p-1, 0x1.707be1f22c6fbp-1,
    0x1.6d59d74762b16p-1, 0x1.6a3decd68e3eep-1, 0x1.6728496b9edb1p-1, 0x1.6419113de4444p-1,
    0x1.611065fc93172p-1, 0x1.5e0e66dbe3b01p-1, 0x1.5b1330a2be04bp-1, 0x1.581eddb8e5981p-1,
    0x1.5531863598db9p-1, 0x1.524b3fee9784cp-1, 0x1.4f6c1e8783a0ep-1, 0x1.4c9433819172ap-1,
    0x1.49c38e4b7a74p-1, 0x1.46fa3c51a826bp-1, 0x1.4438490e8bb5dp-1, 0x1.417dbe1b17c56p-1,
    0x1.3ecaa33f522dbp-1, 0x1.3c1efe82f3c38p-1, 0x1.397ad43e0cb3bp-1, 0x1.36de2729a4641p-1,
    0x1.3448f8704c35dp-1, 0x1.31bb47be9cf1fp-1, 0x1.2f35135397191p-1, 0x1.2cb65810debd1p-1,
    0x1.2a3f118acbfb6p-1, 0x1.27cf3a18499f3p-1, 0x1.2566cae27be03p-1, 0x1.2305bbf429a33p-1,
    0x1.20ac0448e30d1p-1, 0x1.1e5999dbe0a63p-1, 0x1.1c0e71b696b57p-1, 0x1.19ca7ffef8e2cp-1,
    0x1.178db8056a966p-1, 0x1.15580c5258eeap-1, 0x1.13296eb37b84ap-1, 0x1.1101d048b9983p-1,
    0x1.0ee12190b194ap-1, 0x1.0cc75274e1378p-1, 0x1.0ab452556cf81p-1, 0x1.08a81014859bep-1,
    0x1.06a27a216b354p-1, 0x1.04a37e830d0fdp-1, 0x1.02ab0ae246558p-1, 0x1.00b90c93b778cp-1,
    0x1.fd9ae142795e3p-2, 0x1.f9d047a604033p-2, 0x1.f61225706b5f1p-2, 0x1.f260535eb3a77p-2,
    0x1.eebaa9dc6cd65p-2, 0x1.eb210112da121p-2, 0x1.e79330f75f574p-2, 0x1.e411115938963p-2,
    0x1.e09a79ee7db91p-2, 0x1.dd2f426077448p-2, 0x1.d9cf4257477a3p-2, 0x1.d67a5184ec151p-2,
    0x1.d33047af9ce21p-2, 0x1.cff0fcbb8b99cp-2, 0x1.ccbc48b40981fp-2, 0x1.c99203d41774p-2,
    0x1.c672068e64fbdp-2, 0x1.c35c2994c3518p-2, 0x1.c05045df10fbfp-2, 0x1.bd4e34b1a2f07p-2,
    0x1.ba55cfa330079p-2, 0x1.b766f0a2439d1p-2, 0x1.b48171fa3c2d6p-2, 0x1.b1a52e57dabbap-2,
    0x1.aed200cd67bebp-2, 0x1.ac07c4d672485p-2, 0x1.a946565b2e089p-2, 0x1.a68d91b374bc5p-2,
    0x1.a3dd53a96f827p-2, 0x1.a135797bec7ccp-2, 0x1.9e95e0e065085p-2, 0x1.9bfe6804b8c0ap-2,
    0x1.996eed90a1655p-2, 0x1.96e750a6e39e9p-2, 0x1.946770e6407ecp-2, 0x1.91ef2e6a2b82ap-2,
    0x1.8f7e69cb48b27p-2, 0x1.8d15041fb667fp-2, 0x1.8ab2defb261d9p-2, 0x1.8857dc6ec78b5p-2,
    0x1.8603df090937fp-2, 0x1.83b6c9d531825p-2, 0x1.8170805ad30afp-2, 0x1.7f30e69d1f439p-2,
    0x1.7cf7e11a19cd7p-2, 0x1.7ac554c9af3p-2, 0x1.7899271cb151ep-2, 0x1.76733dfbbc047p-2,
    0x1.74537fc603cfbp-2, 0x1.7239d35011156p-2, 0x1.70261fe26982p-2, 0x1.6e184d3829a9ep-2,
    0x1.6c10437d9096p-2, 0x1.6a0deb4e7ee8ep-2, 0x1.68112db4eb2ep-2, 0x1.6619f4274ccb3p-2,
    0x1.64282886fef72p-2, 0x1.623bb51e9cffcp-2, 0x1.605484a05916fp-2, 0x1.5e7282244ec74p-2,
    0x1.5c959926d21e4p-2, 0x1.5abdb586bc87p-2, 0x1.58eac383b83ecp-2, 0x1.571cafbc8b399p-2,
    0x1.5553672d623fcp-2, 0x1.538ed72e1cf9bp-2, 0x1.51ceed709b946p-2, 0x1.501397ff0e97bp-2,
    0x1.4e5cc53a497bbp-2, 0x1.4caa63d8187dcp-2, 0x1.4afc62e19a29p-2, 0x1.4952b1b19cfc3p-2,
    0x1.47ad3ff3018a1p-2, 0x1.460bfd9f216ap-2, 0x1.446edafc3b43p-2, 0x1.42d5c89be433cp-2,
    0x1.4140b7597ed16p-2, 0x1.3faf9858b7efep-2, 0x1.3e225d04095ebp-2, 0x1.3c98f70b42be5p-2,
    0x1.3b135862188d2p-2, 0x1.3991733eb9846p-2, 0x1.38133a186a57ap-2, 0x1.36989fa627e64p-2,
    0x1.352196dd4fe7fp-2, 0x1.33ae12f0501a2p-2, 0x1.323e074d5bf07p-2, 0x1.30d1679d28c62p-2,
    0x1.2f6827c1b08c7p-2, 0x1.2e023bd4faed1p-2, 0x1.2c9f9827ecd7fp-2, 0x1.2b4031411e6e6p-2,
    0x1.29e3fbdbb73dcp-2, 0x1.288aece650b88p-2, 0x1.2734f981dedbcp-2, 0x1.25e217009eecbp-2,
    0x1.24923ae50c3a4p-2, 0x1.23455ae0dacafp-2, 0x1.21fb6cd3f7e15p-2, 0x1.20b466cb903dbp-2,
    0x1.1f703f011c05p-2, 0x1.1e2eebd970337p-2, 0x1.1cf063e3d580cp-2, 0x1.1bb49dd9249cp-2,
    0x1.1a7b909ae7a4ap-2, 0x1.1945333280c5dp-2, 0x1.18117cd055d99p-2, 0x1.16e064cb00f87p-2,
    0x1.15b1e29e85db8p-2, 0x1.1485edeb8bf5cp-2, 0x1.135c7e769d29ep-2, 0x1.12358c276902cp-2,
    0x1.11110f080c546p-2, 0x1.0feeff445d2aep-2, 0x1.0ecf55293aee8p-2, 0x1.0db20923e2a34p-2,
    0x1.0c9713c1472b5p-2, 0x1.0b7e6dad6d736p-2, 0x1.0a680fb2cc719p-2, 0x1.0953f2b9b0de7p-2,
    0x1.08420fc7a4912p-2, 0x1.07325ffed968p-2, 0x1.0624dc9d97a75p-2, 0x1.05197efdafb75p-2,
    0x1.04104093ef2dap-2, 0x1.03091aef990bap-2, 0x1.020407b9e11ddp-2, 0x1.010100b56a682p-2,
    0x1.ffffff7b91176p-3, 0x1.fe01fd8e0823cp-3, 0x1.fc07efba4316fp-3, 0x1.fa11ca4756e0ap-3,
    0x1.f81f81aa7d5cep-3, 0x1.f6310a8633ad9p-3, 0x1.f44659a95dadcp-3, 0x1.f25f640e6e5ddp-3,
    0x1.f07c1eda95279p-3, 0x1.ee9c7f5cefdbep-3, 0x1.ecc07b0dc14abp-3, 0x1.eae8078dac574p-3,
    0x1.e9131aa4f36ccp-3, 0x1.e741aa42bc362p-3, 0x1.e573ac7c577dap-3, 0x1.e3a9178c8d19ep-3,
    0x1.e1e1e1d2ebce8p-3, 0x1.e01e01d31d05ap-3, 0x1.de5d6e343c4bdp-3, 0x1.dca01dc032743p-3,
    0x1.dae60763144f3p-3, 0x1.d92f222a84dbep-3, 0x1.d77b65451adfp-3, 0x1.d5cac801c9c8ep-3,
    0x1.d41d41cf4dd67p-3, 0x1.d272ca3b9b589p-3, 0x1.d0cb58f3510d9p-3, 0x1.cf26e5c12d7a4p-3,
    0x1.cd85688d872f6p-3, 0x1.cbe6d95dc7e96p-3, 0x1.ca4b3053ea788p-3, 0x1.c8b265adfb60bp-3,
    0x1.c71c71c59c1f2p-3, 0x1.c5894d0f8906dp-3, 0x1.c3f8f01b21a2fp-3, 0x1.c26b5391f38fdp-3,
    0x1.c0e0703747bc4p-3, 0x1.bf583ee7b2032p-3, 0x1.bdd2b898a310cp-3, 0x1.bc4fd657fc841p-3,
    0x1.bacf914ba7405p-3, 0x1.b951e2b12be08p-3, 0x1.b7d6c3dd4d4p-3, 0x1.b65e2e3ba50dp-3,
    0x1.b4e81b4e42575p-3, 0x1.b37484ad4a101p-3, 0x1.b2036406996fbp-3, 0x1.b094b31d6a359p-3,
    0x1.af286bc9f8b77p-3, 0x1.adbe87f92bb5fp-3, 0x1.ac5701ac3deafp-3, 0x1.aaf1d2f869491p-3,
    0x1.a98ef60693e14p-3, 0x1.a82e6512fe659p-3, 0x1.a6d01a6cf43ffp-3, 0x1.a57410767d33p-3,
    0x1.a41a41a4107d2p-3, 0x1.a2c2a87c4974dp-3, 0x1.a16d3f979d952p-3, 0x1.a01a01a013f34p-3,
    0x1.9ec8e950fe14dp-3, 0x1.9d79f176b21e3p-3, 0x1.9c2d14ee4652ep-3, 0x1.9ae24ea54ddf5p-3,
    0x1.9999999996e53p-3, 0x1.9852f0d8e9c37p-3, 0x1.970e4f80c9934p-3, 0x1.95cbb0be35d26p-3,
    0x1.948b0fcd6d35cp-3, 0x1.934c67f9b19ccp-3, 0x1.920fb49d0d1f6p-3, 0x1.90d4f1201831bp-3,
    0x1.8f9c18f9c0d59p-3, 0x1.8e6527af12d66p-3, 0x1.8d3018d30107ep-3, 0x1.8bfce8062f82dp-3,
    0x1.8acb90f6bedb4p-3, 0x1.899c0f6018493p-3, 0x1.886e5f0abac08p-3, 0x1.87427bcc08f21p-3,
    0x1.861861861831p-3, 0x1.84f00c2780385p-3, 0x1.83c977ab2bcb5p-3, 0x1.82a4a0182a2cfp-3,
    0x1.818181818169p-3, 0x1.80601806016bcp-3, 0x1.7f405fd017e2bp-3, 0x1.7e225515a4e34p-3,
    0x1.7d05f417d053p-3, 0x1.7beb3922e00d7p-3, 0x1.7ad2208e0ec39p-3, 0x1.79baa6bb63917p-3,
    0x1.78a4c8178a466p-3, 0x1.77908119ac5bbp-3, 0x1.767dce434a96cp-3, 0x1.756cac2017533p-3,
    0x1.745d1745d1716p-3, 0x1.734f0c541fe64p-3, 0x1.724287f46de9ap-3, 0x1.713786d9c7becp-3,
    0x1.702e05c0b8159p-3, 0x1.6f26016f26003p-3, 0x1.6e1f76b4337b6p-3, 0x1.6d1a62681c853p-3,
    0x1.6c16c16c16c0bp-3, 0x1.6b1490aa31a33p-3, 0x1.6a13cd1537288p-3, 0x1.691473a88d0b9p-3,
    0x1.6816816816811p-3, 0x1.6719f36016715p-3, 0x1.661ec6a5122f5p-3, 0x1.6524f853b4aap-3,
    0x1.642c8590b2162p-3, 0x1.63356b88ac0dcp-3, 0x1.623fa7701623ep-3, 0x1.614b36831ae92p-3,
    0x1.6058160581604p-3, 0x1.5f66434292dfbp-3, 0x1.5e75bb8d015e6p-3, 0x1.5d867c3ece2a4p-3,
    0x1.5c9882b931057p-3, 0x1.5babcc647fa91p-3, 0x1.5ac056b015acp-3, 0x1.59d61f123ccaap-3,
    0x1.58ed2308158edp-3,
};
/* end */
/* table iris_vm_erf_slopes */
/* erf'(r) - erf(r) / r; low bits: what the node lacks */
static const double iris_vm_erf_slopes[512] = {
    0x1.fffffffffffe4p-81, -0x1.8118d589b1aebp-13, -0x1.80ed85f434adep-11, -0x1.b0ba0ff921842p-10,
    -0x1.8040819270b35p-9, -0x1.2bcd3420f657p-8, -0x1.af0510daea85dp-8, -0x1.24c687ed9165fp-7,
    -0x1.7d900b9e8e9bdp-7, -0x1.e1b7742393d22p-7, -0x1.288814ffbc1b3p-6, -0x1.65b45d8c0194ap-6,
    -0x1.a8457dabd7898p-6, -0x1.f01e142862852p-6, -0x1.1e8f43f08473cp-5, -0x1.47928e36c1356p-5,
    -0x1.73070406af904p-5, -0x1.a0d9c568dc3c4p-5, -0x1.d0f7037661773p-5, -0x1.01a50684849bap-4,
    -0x1.1bdeadf4659b7p-4, -0x1.371d5135a73ap-4, -0x1.53556cbce3e3ap-4, -0x1.707b2778a6a43p-4,
    -0x1.8e825a28c09d4p-4, -0x1.ad5e96d6a7f7fp-4, -0x1.cd033068b0067p-4, -0x1.ed634249e38a8p-4,
    -0x1.0738dc1024c9bp-3, -0x1.1810aac5b14c5p-3, -0x1.29325ef25c218p-3, -0x1.3a973dfe35c7fp-3,
    -0x1.4c3884e5e2e6bp-3, -0x1.5e0f6c0bf71afp-3, -0x1.70152aff850c3p-3, -0x1.8242fc351a753p-3,
    -0x1.949220af76aefp-3, -0x1.a6fbe395628a8p-3, -0x1.b9799db22cbbfp-3, -0x1.cc04b8de6b165p-3,
    -0x1.de96b34ec0c5ap-3, -0x1.f12922c68adebp-3, -0x1.01dadbd63b9a6p-2, -0x1.0b1b1fff973e5p-2,
    -0x1.145255142f766p-2, -0x1.1d7d83d64e12ap-2, -0x1.2699c7db5805ap-2, -0x1.2fa450be8fceap-2,
    -0x1.389a6340680ddp-2, -0x1.41795a51f0554p-2, -0x1.4a3ea80bfab99p-2, -0x1.52e7d691ad065p-2,
    -0x1.5b7288de44651p-2, -0x1.63dc7b7de64abp-2, -0x1.6c2385316d0e5p-2, -0x1.7445977d31954p-2,
    -0x1.7c40bf22e686cp-2, -0x1.84132486ab11bp-2, -0x1.8bbb0bff8d966p-2, -0x1.9336d613c6b6cp-2,
    -0x1.9a84ffa105fd7p-2, -0x1.a1a421f138395p-2, -0x1.a892f2bc3eb6p-2, -0x1.af5044171bad2p-2,
    -0x1.b5db0451254d9p-2, -0x1.bc323dbfdcb1dp-2, -0x1.c255167a107e8p-2, -0x1.c842d002fd7d9p-2,
    -0x1.cdfac6e627c6ap-2, -0x1.d37c7244af4ap-2, -0x1.d8c76354e975ap-2, -0x1.dddb44d50f49ep-2,
    -0x1.e2b7da71d47a1p-2, -0x1.e75d0021bfa6ep-2, -0x1.ebcaa9761f116p-2, -0x1.f000e0e276e1ep-2,
    -0x1.f3ffc6fb4709dp-2, -0x1.f7c791ad074d1p-2, -0x1.fb588b6c36c11p-2, -0x1.feb3125f5abdfp-2,
    -0x1.00ebcbc1e3726p-1, -0x1.02634ee702295p-1, -0x1.03c05ca35566ap-1, -0x1.050347123cb9fp-1,
    -0x1.062c67f23beefp-1, -0x1.073c203071264p-1, -0x1.0832d773cedeep-1, -0x1.0910fba874a96p-1,
    -0x1.09d7008b7da91p-1, -0x1.0a855f3798a5dp-1, -0x1.0b1c95b2b85dcp-1, -0x1.0b9d267d281a2p-1,
    -0x1.0c0798224ab52p-1, -0x1.0c5c74cb47311p-1, -0x1.0c9c49d3e0916p-1, -0x1.0cc7a761b2e66p-1,
    -0x1.0cdf1ffe0a299p-1, -0x1.0ce3483283ea4p-1, -0x1.0cd4b628a73ap-1, -0x1.0cb4014c9ab58p-1,
    -0x1.0c81c1f31b5bp-1, -0x1.0c3e9102d2dfp-1, -0x1.0beb07a127b16p-1, -0x1.0b87bee29cc22p-1,
    -0x1.0b154f7ed2e5bp-1, -0x1.0a94518839cdcp-1, -0x1.0a055c277a7a8p-1, -0x1.0969055aa1cep-1,
    -0x1.08bfe1b80da66p-1, -0x1.080a84351c3d5p-1, -0x1.07497df099995p-1, -0x1.067d5e00e4891p-1,
    -0x1.05a6b145c0fd6p-1, -0x1.04c6023dcba5ep-1, -0x1.03dbd8df7f929p-1, -0x1.02e8ba75bca96p-1,
    -0x1.01ed297fbb6dbp-1, -0x1.00e9a59458cdfp-1, -0x1.ffbd569145523p-2, -0x1.fd9968331906ep-2,
    -0x1.fb686cb163f18p-2, -0x1.f92b4a3817aadp-2, -0x1.f6e2e060f676ep-2, -0x1.f490081e1b2dfp-2,
    -0x1.f23393a9b671fp-2, -0x1.efce4e7ac4527p-2, -0x1.ed60fd3e7bce2p-2, -0x1.eaec5dd63a01ep-2,
    -0x1.e8712759a9c23p-2, -0x1.e5f00a1ce8c9bp-2, -0x1.e369afba6bb21p-2, -0x1.e0debb206271ep-2,
    -0x1.de4fc8a15fa5cp-2, -0x1.dbbd6e0805c5ep-2, -0x1.d9283aad7ec62p-2, -0x1.d690b79282f9fp-2,
    -0x1.d3f7677ab6b1ep-2, -0x1.d15cc70a261a2p-2, -0x1.cec14ce4a9c1ap-2, -0x1.cc2569cefef68p-2,
    -0x1.c98988d16175ep-2, -0x1.c6ee0f5b75addp-2, -0x1.c4535d6954a59p-2, -0x1.c1b9cda98cd19p-2,
    -0x1.bf21b5a3ed01bp-2, -0x1.bc8b65e0f0b1ep-2, -0x1.b9f72a11a721dp-2, -0x1.b7654937f0c22p-2,
    -0x1.b4d605cef06a3p-2, -0x1.b2499df390218p-2, -0x1.afc04b8cfb461p-2, -0x1.ad3a4474f1ce5p-2,
    -0x1.aab7ba9fda69dp-2, -0x1.a838dc447b7a4p-2, -0x1.a5bdd40344968p-2, -0x1.a346c90d1411ap-2,
    -0x1.a0d3df4966399p-2, -0x1.9e65377bdd51dp-2, -0x1.9bfaef6913724p-2, -0x1.999521faa8b22p-2,
    -0x1.9733e76281e62p-2, -0x1.94d7553d2da21p-2, -0x1.927f7eb3669e3p-2, -0x1.902c749aabfa2p-2,
    -0x1.8dde4594e93a4p-2, -0x1.8b94fe2f28fa8p-2, -0x1.8950a8ff4e798p-2, -0x1.87114ec0d3821p-2,
    -0x1.84d6f67088a63p-2, -0x1.82a1a567573a7p-2, -0x1.80715f7405323p-2, -0x1.7e4626f3fbb1bp-2,
    -0x1.7c1ffceb120a7p-2, -0x1.79fee11a5f799p-2, -0x1.77e2d21616926p-2, -0x1.75cbcd5a6e09ep-2,
    -0x1.73b9cf5f9ab23p-2, -0x1.71acd3acdf3e6p-2, -0x1.6fa4d4eab6b9ap-2, -0x1.6da1ccf41ed1fp-2,
    -0x1.6ba3b4e7079dap-2, -0x1.69aa8533ee866p-2, -0x1.67b635acaa824p-2, -0x1.65c6bd926f924p-2,
    -0x1.63dc13a3101a3p-2, -0x1.61f62e258249cp-2, -0x1.601502f5b035ep-2, -0x1.5e38878f990a5p-2,
    -0x1.5c60b119ca199p-2, -0x1.5a8d746f361dep-2, -0x1.58bec6287149ap-2, -0x1.56f49aa458a66p-2,
    -0x1.552ee6102af9ap-2, -0x1.536d9c6f19c1ap-2, -0x1.51b0b1a1582a2p-2, -0x1.4ff8196aae522p-2,
    -0x1.4e43c778969e6p-2, -0x1.4c93af67eb01dp-2, -0x1.4ae7c4ca27da3p-2, -0x1.493ffb2a49e9cp-2,
    -0x1.479c46114cadbp-2, -0x1.45fc990a4e35fp-2, -0x1.4460e7a65dba8p-2, -0x1.42c9257ff9565p-2,
    -0x1.4135463e3fee6p-2, -0x1.3fa53d97db867p-2, -0x1.3e18ff55a8463p-2, -0x1.3c907f551c7dap-2,
    -0x1.3b0bb18a754e2p-2, -0x1.398a8a02ac0dep-2, -0x1.380cfce537b5dp-2, -0x1.3692fe759de6p-2,
    -0x1.351c8314d6c2p-2, -0x1.33a97f4286c62p-2, -0x1.3239e79e1165dp-2, -0x1.30cdb0e787627p-2,
    -0x1.2f64d0007369ep-2, -0x1.2dff39ec8781ep-2, -0x1.2c9ce3d22d959p-2, -0x1.2b3dc2fafd61ap-2,
    -0x1.29e1ccd419e5bp-2, -0x1.2888f6ee78328p-2, -0x1.273336ff11a1fp-2, -0x1.25e082df02ee3p-2,
    -0x1.2490d08b9a21bp-2, -0x1.2344162654861p-2, -0x1.21fa49f4ce5e4p-2, -0x1.20b36260a582p-2,
    -0x1.1f6f55f7500e1p-2, -0x1.1e2e1b69e8ae6p-2, -0x1.1cefa98cf1063p-2, -0x1.1bb3f7580bd2p-2,
    -0x1.1a7afbe5af29fp-2, -0x1.1944ae72d01ap-2, -0x1.1811065e8831cp-2, -0x1.16dffb29b5dd9p-2,
    -0x1.15b1847698166p-2, -0x1.14859a08663a6p-2, -0x1.135c33c2e46ddp-2, -0x1.123549a9f52dfp-2,
    -0x1.1110d3e1288e1p-2, -0x1.0feecaab496ap-2, -0x1.0ecf2669e935fp-2, -0x1.0db1df9cea9a4p-2,
    -0x1.0c96eee20b39ep-2, -0x1.0b7e4cf46cf61p-2, -0x1.0a67f2ac1f026p-2, -0x1.0953d8fda6eep-2,
    -0x1.0841f8f989eddp-2, -0x1.07324bcbd69a6p-2, -0x1.0624cabbaf4dep-2, -0x1.05196f2ad53dfp-2,
    -0x1.0410329534822p-2, -0x1.03090e907145dp-2, -0x1.0203fccb75e98p-2, -0x1.0100f70e02a26p-2,
    -0x1.ffffee707c8e1p-3, -0x1.fe01ee8491221p-3, -0x1.fc07e2779bc6p-3, -0x1.fa11be97390a2p-3,
    -0x1.f81f775e77021p-3, -0x1.f63101750625ep-3, -0x1.f44651ae6d6ap-3, -0x1.f25f5d0941d5cp-3,
    -0x1.f07c18ae6135dp-3, -0x1.ee9c79f030463p-3, -0x1.ecc07649dc59fp-3, -0x1.eae8035ea025fp-3,
    -0x1.e91316f90c1a3p-3, -0x1.e741a70a52062p-3, -0x1.e573a9a9940dcp-3, -0x1.e3a9151336f22p-3,
    -0x1.e1e1dfa837bdcp-3, -0x1.e01dffed8476p-3, -0x1.de5d6c8b5845ep-3, -0x1.dca01c4c9aaep-3,
    -0x1.dae6061e41e1ep-3, -0x1.d92f210eb83a3p-3, -0x1.d77b644d44b61p-3, -0x1.d5cac7297681fp-3,
    -0x1.d41d411293622p-3, -0x1.d272c99709061p-3, -0x1.d0cb5863e13ap-3, -0x1.cf26e54438f6p-3,
    -0x1.cd856820b9f2p-3, -0x1.cbe6d8ff1731dp-3, -0x1.ca4b30018c0e2p-3, -0x1.c8b265665dc1ep-3,
    -0x1.c71c71875fb5fp-3, -0x1.c5894cd97a164p-3, -0x1.c3f8efec32f6p-3, -0x1.c26b536939c23p-3,
    -0x1.c0e07013f51dep-3, -0x1.bf583ec912e23p-3, -0x1.bdd2b87e1a95dp-3, -0x1.bc4fd64101cdep-3,
    -0x1.bacf9137c2f24p-3, -0x1.b951e29ff5edep-3, -0x1.b7d6c3ce6b01fp-3, -0x1.b65e2e2ec7963p-3,
    -0x1.b4e81b4324f5ep-3, -0x1.b37484a3b0fe1p-3, -0x1.b20363fe50bap-3, -0x1.b094b31644b1dp-3,
    -0x1.af286bc3cf321p-3, -0x1.adbe87f3dc21fp-3, -0x1.ac5701a7aabe2p-3, -0x1.aaf1d2f478e61p-3,
    -0x1.a98ef6033015fp-3, -0x1.a82e651013f24p-3, -0x1.a6d01a6a72821p-3, -0x1.a574107455b9dp-3,
    -0x1.a41a41a236d63p-3, -0x1.a2c2a87ab2d61p-3, -0x1.a16d3f9640a9dp-3, -0x1.a01a019ee8b63p-3,
    -0x1.9ec8e94ffd8dfp-3, -0x1.9d79f175d655fp-3, -0x1.9c2d14ed8a1a3p-3, -0x1.9ae24ea4acc24p-3,
    -0x1.999999990d0ep-3, -0x1.9852f0d873e23p-3, -0x1.970e4f8064d1dp-3, -0x1.95cbb0bddfc1dp-3,
    -0x1.948b0fcd23b6p-3, -0x1.934c67f972e1fp-3, -0x1.920fb49cd79e4p-3, -0x1.90d4f11fea91ep-3,
    -0x1.8f9c18f999f5fp-3, -0x1.8e6527aef1b63p-3, -0x1.8d3018d2e4d5ep-3, -0x1.8bfce80617863p-3,
    -0x1.8acb90f6aa71fp-3, -0x1.899c0f6006edcp-3, -0x1.886e5f0aac022p-3, -0x1.87427bcbfc6e2p-3,
    -0x1.861861860d8e2p-3, -0x1.84f00c277732p-3, -0x1.83c977ab24261p-3, -0x1.82a4a01823b1fp-3,
    -0x1.818181817bea2p-3, -0x1.80601805fcc61p-3, -0x1.7f405fd013f1ep-3, -0x1.7e225515a18dcp-3,
    -0x1.7d05f417cd81ep-3, -0x1.7beb3922ddadfp-3, -0x1.7ad2208e0cc1ep-3, -0x1.79baa6bb61de1p-3,
    -0x1.78a4c81788d63p-3, -0x1.77908119ab262p-3, -0x1.767dce4349923p-3, -0x1.756cac2016761p-3,
    -0x1.745d1745d0b9dp-3, -0x1.734f0c541f4a3p-3, -0x1.724287f46d662p-3, -0x1.713786d9c7523p-3,
    -0x1.702e05c0b7b9dp-3, -0x1.6f26016f25b22p-3, -0x1.6e1f76b4333a3p-3, -0x1.6d1a62681c4e2p-3,
    -0x1.6c16c16c16922p-3, -0x1.6b1490aa317e3p-3, -0x1.6a13cd1537062p-3, -0x1.691473a88cf21p-3,
    -0x1.68168168166ap-3, -0x1.6719f360165e3p-3, -0x1.661ec6a5121e1p-3, -0x1.6524f853b49ep-3,
    -0x1.642c8590b209cp-3, -0x1.63356b88ac05ep-3, -0x1.623fa770161dfp-3, -0x1.614b36831ae21p-3,
    -0x1.60581605815a2p-3, -0x1.5f66434292d9fp-3, -0x1.5e75bb8d015a4p-3, -0x1.5d867c3ece264p-3,
    -0x1.5c9882b93101cp-3, -0x1.5babcc647fa5fp-3, -0x1.5ac056b015a9fp-3, -0x1.59d61f123cc9fp-3,
    -0x1.58ed2308158dfp-3,
};
/* end */
/* polynomial iris_vm_erfc_small */
/* (erf(s) / s - 2/sqrt(pi)) / s^2, x = s^2, on |s| <= 5/16 */
IRIS_VM double iris_vm_erfc_small(double x) {
  const double z = x * x;
  double even = -0x1.dfe0c8e49f5bbp-17;
  even = __builtin_fma(even, z, -0x1.c02ca45f52e46p-11);
  even = __builtin_fma(even, z, -0x1.b82ce3103423ap-6);
  even = __builtin_fma(even, z, -0x1.812746b0379ep-2);
  double odd = 0x1.f93a9c6aeff4ep-14;
  odd = __builtin_fma(odd, z, 0x1.565bcb899eed3p-8);
  odd = __builtin_fma(odd, z, 0x1.ce2f21a0410acp-4);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_erfc_exp */
/* (exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2 */
IRIS_VM double iris_vm_erfc_exp(double x) {
  const double z = x * x;
  double even = 0x1.1f8bb5e5ff35ap-29;
  even = __builtin_fma(even, z, 0x1.27e4cc2648232p-22);
  even = __builtin_fma(even, z, 0x1.a01a01ad776cfp-16);
  even = __builtin_fma(even, z, 0x1.6c16c16c1500ap-10);
  even = __builtin_fma(even, z, 0x1.5555555555558p-5);
  even = __builtin_fma(even, z, 0x1p-1);
  double odd = 0x1.af6ea400fd05cp-26;
  odd = __builtin_fma(odd, z, 0x1.71ddee5f22b42p-19);
  odd = __builtin_fma(odd, z, 0x1.a01a01b44bb2bp-13);
  odd = __builtin_fma(odd, z, 0x1.111111110e9eep-7);
  odd = __builtin_fma(odd, z, 0x1.555555555555cp-3);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_erfc_bend */
/* (R(x) - R(0)) / x, R((s-129/32)/(s+7/2)) = (1+3s/2) exp(s^2) erfc(s), 5/16 <= s <= 28 */
IRIS_VM double iris_vm_erfc_bend(double x) {
  const double z = x * x;
  double even = 0x1.006bcfdef7181p-29;
  even = __builtin_fma(even, z, -0x1.057030603f19ap-26);
  even = __builtin_fma(even, z, 0x1.c5f62376f4baap-24);
  even = __builtin_fma(even, z, -0x1.baa6ec0002d2bp-21);
  even = __builtin_fma(even, z, 0x1.cb7b65379ee2ep-18);
  even = __builtin_fma(even, z, -0x1.9b63aabfde53ap-15);
  even = __builtin_fma(even, z, 0x1.a8b97e940a184p-15);
  even = __builtin_fma(even, z, 0x1.c3dffcfb4fb72p-8);
  even = __builtin_fma(even, z, 0x1.e031953a7d1f3p-6);
  even = __builtin_fma(even, z, 0x1.cf697fa2cd0e9p-7);
  even = __builtin_fma(even, z, -0x1.433d05d80a025p-3);
  double odd = 0x1.88e483dd621bep-33;
  odd = __builtin_fma(odd, z, 0x1.3e7be74f98477p-29);
  odd = __builtin_fma(odd, z, -0x1.b909813eac2a2p-26);
  odd = __builtin_fma(odd, z, 0x1.4e66e2c63f90cp-23);
  odd = __builtin_fma(odd, z, -0x1.17e1230c5185bp-21);
  odd = __builtin_fma(odd, z, -0x1.55e6dee68092dp-18);
  odd = __builtin_fma(odd, z, 0x1.3fe60be461136p-13);
  odd = __builtin_fma(odd, z, -0x1.c604f52fc802fp-10);
  odd = __builtin_fma(odd, z, -0x1.155ee76f3c2fcp-6);
  odd = __builtin_fma(odd, z, -0x1.1769ba7721b46p-5);
  odd = __builtin_fma(odd, z, 0x1.8998c49570ad2p-5);
  return __builtin_fma(odd, x, even);
}
/* end */

/* Beyond the last node the result is one. */
IRIS_VM double iris_erf_f64(double x) {
  const double size = __builtin_fabs(x);
  const double y = size > 5.9375 ? 5.9375 : size;
  const double turned = __builtin_fma(y, 64.0, IRIS_VM_ROUND_F64);
  const double k = turned - IRIS_VM_ROUND_F64;
  const uint64_t i = iris_vm_bits_f64(turned) & 511;
  const double head = iris_vm_erf_nodes[i], slope = iris_vm_erf_slopes[i];
  const double low = iris_vm_from_f64((iris_vm_bits_f64(slope) & 63) | 0x3f90000000000000ULL) - (0x1p-6 + 0x1p-53);
  const double d = __builtin_fma(k, -1.0 / 64, y);
  const double r = k * (1.0 / 64), r2 = r * r, d2 = d * d;
  const double c2 = __builtin_fma(r2, 2.0 / 3, -1.0 / 3);
  const double c3 = r * __builtin_fma(r2, -1.0 / 3, 0.5);
  const double c4 = __builtin_fma(r2, __builtin_fma(r2, 2.0 / 15, -0.4), 0.1);
  const double c5 = r * __builtin_fma(r2, __builtin_fma(r2, -2.0 / 45, 2.0 / 9), -1.0 / 6);
  const double c6 = __builtin_fma(r2, __builtin_fma(r2, __builtin_fma(r2, 4.0 / 315, -2.0 / 21), 1.0 / 7), -1.0 / 42);
  const double p1 = __builtin_fma(d, c2, -r), p3 = __builtin_fma(d, c4, c3), p5 = __builtin_fma(d, c6, c5);
  const double q = d * __builtin_fma(d2, __builtin_fma(d2, p5, p3), p1);
  const double bend = __builtin_fma(head + slope, q, slope);
  return __builtin_copysign(__builtin_fma(y, head, __builtin_fma(d, bend, low * y)), x);
}

#define IRIS_VM_ERFC_ROOT 0x1.02p2    /* R(0) there is nearly the next number */
#define IRIS_VM_ERFC_MIDDLE 0x1.eaab3e88add4bp-1

/* exp(-y^2) is 2^n (e + rest); R(t) is the middle and t times a polynomial.  Beyond 28 nothing but zero is left. */
IRIS_VM double iris_erfc_f64(double x) {
  const double y = __builtin_fabs(x);
  const double square = y * y;
  const double turned = __builtin_fma(square, -IRIS_VM_LOG2E, IRIS_VM_ROUND_F64 + 2046);
  const double n = turned - (IRIS_VM_ROUND_F64 + 2046);
  const double exact = __builtin_fma(n, -IRIS_VM_LN2_HI, -square);
  const double r = __builtin_fma(n, -IRIS_VM_LN2_LO, exact);
  const double lost = __builtin_fma(n, -IRIS_VM_LN2_LO, exact - r) - __builtin_fma(y, y, -square);
  const double one = 1.0 + r;
  const double more = __builtin_fma(r * r, iris_vm_erfc_exp(r), iris_vm_fast_error(1.0, r, one));
  const double e = one + more;
  const double rest = __builtin_fma(e, lost, iris_vm_fast_error(one, more, e));
  const double t = (y - IRIS_VM_ERFC_ROOT) / (y + 3.5);
  const double under = __builtin_fma(1.5, y, 1.0);
  const double under_tail = __builtin_fma(1.5, y, 1.0 - under);
  const double inverse = 1.0 / under;
  const double q = e * inverse;
  const double q_tail = (__builtin_fma(-q, under, e) + __builtin_fma(-q, under_tail, rest)) * inverse;
  const double head = q * IRIS_VM_ERFC_MIDDLE;
  const double tail = __builtin_fma(q_tail, IRIS_VM_ERFC_MIDDLE, __builtin_fma(q, IRIS_VM_ERFC_MIDDLE, -head));
  const double sum = head + __builtin_fma((q + q_tail) * t, iris_vm_erfc_bend(t), tail);
  const uint64_t power = iris_vm_bits_f64(turned), half = power >> 1; /* n + 2046 in the low bits */
  const double scaled = sum * iris_vm_from_f64(half << 52) * iris_vm_from_f64((power - half) << 52);
  const double value = y > 28.0 ? 0.0 : scaled;
  const double far = x < 0 ? 2.0 - value : value;
  const double near = __builtin_fma(-x, __builtin_fma(square, iris_vm_erfc_small(square), 0x1.20dd750429b6dp+0), 1.0);
  return y < 0.3125 ? near : far;
}

/* polynomial iris_vm_erf_small_f32 */
/* (erf(s) / s - value at x = 0) / x, x = s^2 - 1/2 or a little more, on |s| <= 1 */
IRIS_VM float iris_vm_erf_small_f32(float x) {
  const float z = x * x;
  float even = -0x1.282094p-11f;
  even = __builtin_fmaf(even, z, -0x1.2b838ep-6f);
  even = __builtin_fmaf(even, z, -0x1.1fc972p-2f);
  float odd = 0x1.4a3724p-14f;
  odd = __builtin_fmaf(odd, z, 0x1.c81708p-9f);
  odd = __builtin_fmaf(odd, z, 0x1.45387p-4f);
  return __builtin_fmaf(odd, x, even);
}
/* end */
/* polynomial iris_vm_erf_root_f32 */
/* sqrt(erfc(s)), x = s - 3/2, on 1 <= s <= 63/16 */
IRIS_VM float iris_vm_erf_root_f32(float x) {
  const float z = x * x;
  float even = -0x1.0f7d0ap-14f;
  even = __builtin_fmaf(even, z, 0x1.9b4f58p-13f);
  even = __builtin_fmaf(even, z, 0x1.ab1a8cp-10f);
  even = __builtin_fmaf(even, z, -0x1.f75dap-6f);
  even = __builtin_fmaf(even, z, 0x1.9bfa62p-3f);
  even = __builtin_fmaf(even, z, 0x1.790c54p-3f);
  float odd = 0x1.c75ddep-18f;
  odd = __builtin_fmaf(odd, z, 0x1.8062aep-13f);
  odd = __builtin_fmaf(odd, z, -0x1.086c5ep-9f);
  odd = __builtin_fmaf(odd, z, 0x1.9cea3ap-7f);
  odd = __builtin_fmaf(odd, z, -0x1.87bf2ep-6f);
  odd = __builtin_fmaf(odd, z, -0x1.4abf2ap-2f);
  return __builtin_fmaf(odd, x, even);
}
/* end */
/* polynomial iris_vm_erfc_small_f32 */
/* (erf(s) / s - 2/sqrt(pi)) / s^2, x = s^2, on |s| <= 9/32 */
IRIS_VM float iris_vm_erfc_small_f32(float x) {
  float p = 0x1.a4bf2ap-6f;
  p = __builtin_fmaf(p, x, -0x1.f983ecp-6f);
  p = __builtin_fmaf(p, x, 0x1.cf4796p-4f);
  p = __builtin_fmaf(p, x, -0x1.812922p-2f);
  return p;
}
/* end */
/* polynomial iris_vm_erfc_exp_f32 */
/* (exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2 */
IRIS_VM float iris_vm_erfc_exp_f32(float x) {
  const float z = x * x;
  float even = 0x1.6d514ep-10f;
  even = __builtin_fmaf(even, z, 0x1.5554e4p-5f);
  even = __builtin_fmaf(even, z, 0x1p-1f);
  float odd = 0x1.a27408p-13f;
  odd = __builtin_fmaf(odd, z, 0x1.110feep-7f);
  odd = __builtin_fmaf(odd, z, 0x1.555556p-3f);
  return __builtin_fmaf(odd, x, even);
}
/* end */
/* polynomial iris_vm_erfc_bend_f32 */
/* (R(x) - R(0)) / x, R((s-s0)/(s+5/2)) = (1+3s/2) exp(s^2) erfc(s), 1/4 <= s <= 10.3 */
IRIS_VM float iris_vm_erfc_bend_f32(float x) {
  const float z = x * x;
  float even = 0x1.c5057cp-13f;
  even = __builtin_fmaf(even, z, -0x1.ddc4bcp-10f);
  even = __builtin_fmaf(even, z, 0x1.17d36cp-6f);
  even = __builtin_fmaf(even, z, 0x1.e55d0ap-5f);
  even = __builtin_fmaf(even, z, -0x1.64360cp-3f);
  float odd = 0x1.66bcb6p-12f;
  odd = __builtin_fmaf(odd, z, -0x1.acba38p-11f);
  odd = __builtin_fmaf(odd, z, -0x1.7f499p-5f);
  odd = __builtin_fmaf(odd, z, 0x1.62ad6ap-9f);
  return __builtin_fmaf(odd, x, even);
}
/* end */

IRIS_VM float iris_erf_f32(float x) {
  const float size = __builtin_fabsf(x);
  const float y = size > 3.9375f ? 3.9375f : size;
  const float u = __builtin_fmaf(y, y, -0x1.0019p-1f);
  const float near = __builtin_fmaf(y, __builtin_fmaf(u, iris_vm_erf_small_f32(u), -0x1.1b51bap-5f), y);
  const float root = iris_vm_erf_root_f32(y - 1.5f);
  const float far = __builtin_fmaf(-root, root, 1.0f);
  return __builtin_copysignf(size < 1.0f ? near : far, x);
}

#define IRIS_VM_ERFC_ROOT_F32 0x1.696p1f
#define IRIS_VM_ERFC_MIDDLE_F32 0x1.faed42p-1f

IRIS_VM float iris_erfc_f32(float x) {
  const float y = __builtin_fabsf(x);
  const float square = y * y;
  const float turned = __builtin_fmaf(square, -IRIS_VM_LOG2E_F32, IRIS_VM_ROUND_F32 + 254);
  const float n = turned - (IRIS_VM_ROUND_F32 + 254);
  const float exact = __builtin_fmaf(n, -IRIS_VM_LN2_HI_F32, -square);
  const float r = __builtin_fmaf(n, -IRIS_VM_LN2_LO_F32, exact);
  const float lost = __builtin_fmaf(n, -IRIS_VM_LN2_LO_F32, exact - r) - __builtin_fmaf(y, y, -square);
  const float one = 1.0f + r;
  const float more = __builtin_fmaf(r * r, iris_vm_erfc_exp_f32(r), iris_vm_fast_error_f32(1.0f, r, one));
  const float e = one + more;
  const float rest = __builtin_fmaf(e, lost, iris_vm_fast_error_f32(one, more, e));
  const float t = (y - IRIS_VM_ERFC_ROOT_F32) / (y + 2.5f);
  const float under = __builtin_fmaf(1.5f, y, 1.0f);
  const float under_tail = __builtin_fmaf(1.5f, y, 1.0f - under);
  const float inverse = 1.0f / under;
  const float q = e * inverse;
  const float q_tail = (__builtin_fmaf(-q, under, e) + __builtin_fmaf(-q, under_tail, rest)) * inverse;
  const float head = q * IRIS_VM_ERFC_MIDDLE_F32;
  const float tail = __builtin_fmaf(q_tail, IRIS_VM_ERFC_MIDDLE_F32, __builtin_fmaf(q, IRIS_VM_ERFC_MIDDLE_F32, -head));
  const float sum = head + __builtin_fmaf((q + q_tail) * t, iris_vm_erfc_bend_f32(t), tail);
  const uint32_t power = iris_vm_bits_f32(turned), half = power >> 1;
  const float scaled = sum * iris_vm_from_f32(half << 23) * iris_vm_from_f32((power - half) << 23);
  const float value = y > 10.25f ? 0.0f : scaled;
  const float far = x < 0 ? 2.0f - value : value;
  const float near = __builtin_fmaf(-x, __builtin_fmaf(square, iris_vm_erfc_small_f32(square), 0x1.20dd76p+0f), 1.0f);
  return y < 0.28125f ? near : far;
}

#endif /* IRIS_VM_ERF_H */
