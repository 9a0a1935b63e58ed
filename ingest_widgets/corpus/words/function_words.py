"""Words without a subject of their own, in the languages that most files are in; small letters, accents as written.

In other languages it is their being everywhere that keeps such words out of the key phrases.
"""

from __future__ import annotations

_ENGLISH = """a about above after again against all also although always among an and another any are as at be
because been before being below between both but by can cannot could did do does doing down during each either else
etc even ever every few first for from further get give given had has have having he hence her here his how however
i if in into is it its itself just last least less let like made make many may me might more most much must my
neither next no nor not now of off often on once one only or other others our out over own per quite rather same
second see several shall she should since so some still such take than that the their them then there therefore
these they this those three through thus to too two under until up upon us use used using very via was we well were
what when where whether which while who whose why will with within without would yet you your don't doesn't isn't
can't won't it's e.g i.e a.k.a http https www com org html url"""

_GERMAN = """aber alle allem allen aller alles als also am an andere anderen anderer auch auf aus bei beim bereits
bis da dabei damit dann daran darauf das dass dazu dem den denn der des dessen deren die dies diese diesem diesen
dieser dieses doch dort durch ein eine einem einen einer eines einige er es etwa etwas falls für gegen gibt haben
hat hatte hier ich ihm ihn ihnen ihr ihre ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes jedoch
jetzt kann kein keine keinen können könnte man mehr mein meist mit muss müssen nach nicht nichts noch nun nur ob
oder ohne sehr sei sein seine seinem seinen seiner seit sich sie sind so soll sollte sollten sondern sowie über um
und uns unter viele vom von vor wann war waren was weil weiter wenn werden wie wieder wir wird wo wurde wurden
während z.b d.h u.a zu zum zur zwei zwischen"""

_FRENCH = """à afin ainsi alors après au aucun aucune aussi autre autres aux avant avec avez avoir beaucoup bien car
ce ceci cela celle celui ces cet cette ceux chaque ci comme comment dans de depuis des deux devez doit donc dont du
elle elles en encore entre est et était étant être eux fait faire faut il ils je jusque la là le les leur leurs lors
lorsque lui mais mais même mêmes mon ne ni non nos notre nous on ont ou où par parce pas pendant peu peut peuvent
plus plusieurs pour pourquoi pouvez puis quand que quel quelle quelles quelque quelques quels qui quoi sa sans se
sera ses si sinon soit son sont sous sur ta tous tout toute toutes très trop un une vers vos votre vous y"""

_SPANISH = """a al algo algunas algunos ante antes así aunque cada como con contra cual cuando cómo de del desde
después donde dos durante el él ella ellas ellos en entre era eran es esa ese eso esta estaba estas este esto estos
está están fue fueron ha hace hacia han hasta hay la las le les lo los más me mi mientras mismo mucho muy nada ni no
nos o otra otras otro otros para pero poco por porque puede pueden pues que quien qué se sea según ser si sido sin
sobre son su sus también tan tanto te tiene tienen toda todas todo todos tras tu un una uno unos usted y ya"""

_ITALIAN = """a ad agli ai al alla alle allo altre altri altro anche ancora avere che chi ci ciò come con cosa così
cui da dagli dai dal dalla dalle de degli dei del della delle dello deve di dopo dove due e è ed era essere fa fare
fino fra già gli ha hai hanno i il in infine io la le lei li lo loro lui ma mentre mi molti molto ne negli nei nel
nella nelle nello non nostro o ogni oppure per perché però più poi possono può pur qual quale quali quando quanto
quelle quelli quello questa queste questi questo qui quindi se sei senza si sia sono sta stata stato su sua sue sui
sul sulla sulle suo suoi tra tutte tutti tutto un una uno usare vi viene vostro"""

_PORTUGUESE = """ainda ao aos apenas aquela aquele as até com como da das de depois do dos e ela elas ele eles em
entre era essa esse esta este está estão eu foi foram há isso isto já lhe mais mas mesmo muito na nas não nem no nos
nossa nosso o os ou para pela pelas pelo pelos pode podem por porque quais qual quando que quem são se sem ser seu
seus sobre sua suas também tem têm ter todas todos um uma umas uns você"""

_DUTCH = """aan al als alle alleen andere bij daar dan dat de deze die dit door doen dus een en er geen haar had heb
hebben heeft het hier hij hoe hun iets ik in is ja je kan kunnen maar meer men met mijn moet moeten na naar niet
niets nog nu of om omdat onder ons ook op over te tegen toch tot u uit uw van veel voor waar wat we wel werd wie wij
worden wordt zal ze zich zij zijn zo zonder zou"""

_RUSSIAN = """а без более бы был была были было быть в вам вас ваш ваше ваши во вот все всё всех вы где да для до
его ее её если есть ещё еще же за здесь и из или им их к каждый как какой когда которая которого которое которой
которую которые который которых кто ли либо между может можете можно мой мы на над нам нас не него нет них но ну о
об однако он она они оно от по под поэтому при про с сам своей свой своих себя со так также такой такие там те тем
то того тоже той только том ту тут ты у уже чего чем что чтобы это этого этой этом этот эту эти этих является я"""

_UKRAINIAN = """але без би був була були бути в вам вас вже ви від він вона вони все всі де для до за з зі і із й його
її їх який яка яке які коли ми може можна на над не немає ні о об один при про по під після та так також те ти тим то
того тому тут у це цей цього ця ці що щоб як якщо я є"""

_POLISH = """aby ale bez był była było były być ci czy dla gdy gdzie i ich ja jak jako jednak jego jej jest jeszcze
jeśli już kiedy które której którego który która których lub może można na nad nie niż od oraz po pod ponieważ przed
przez przy są się także tej ten tego też to tych tylko tym w we więc wszystkie z za ze że żeby"""

_TURKISH = """ama ancak bir bu bunu bunun çok da daha de değil diye gibi her için ile ise kadar ki mi mı nasıl ne o
olan olarak olduğu olması olur sonra şu tüm var ve veya ya yok"""

_GREEK = """αλλά αν από αυτά αυτές αυτή αυτό αυτός για δεν είναι είχε ένα ένας έχει έχουν ή η θα και κατά με μετά μη
μην μια μία μπορεί να ο οι όπως όταν ότι που πως προς πρέπει σας σε στα στη στην στις στο στον στους τα τη την της τι
τις το τον του τους των ως"""

_ARABIC = """أما أن أنه أو أي إذا إلا إلى إن إنه الذي الذين التي بعد بعض بل بن به بها بين تلك تم ثم حتى حيث حين ذلك
عن عند عندما على عليه عليها غير فإن في فيه فيها قبل قد كان كانت كل كما كيف لا لأن لدى لقد لكن لم لن له لها ليس ما مثل
مع من منه منها نحو هذا هذه هل هم هناك هو هي و وأن وقد وكان ولا وفي وما ومن وهو وهي يكون يمكن"""

_PERSIAN = """آن آنها از است اما اگر او ای این با باشد باید بر برای بود بودن به بی تا تر ترین توان چون چه خود خواهد
داد دارد در دو دیگر را شد شده شما شود کرد کرده کند که گر ما مانند من می نیز نیست نمی ها های هر هم همه هیچ و وی پس
پیش یا یک"""

_HEBREW = """אבל או אולי אחר אחרי אין אך אל אלא אלה אם אנחנו אני אף אשר את אתה בו בין גם הוא היא היה היו הם הן זאת זה זו
יותר יש כאשר כדי כי כך כל כמו לא לו לה להם לפני מאוד מה מי מן עוד על עד עם פי רק של שלא שלו שלה שלהם"""

_HINDI = """अगर अपना अपनी अपने आप इन इस इसके इसे उन उनके उस उसके उसे एक एवं ऐसे और कर करता करते करना करने कहा का कि किया
किसी की कुछ के को कोई क्या गया गई जब जा जाता जाती जाते जो तक तथा तब तो था थी थे दिया दो द्वारा न नहीं ने पर फिर बहुत बाद
भी में मैं यदि यह या ये रहा रहे लिए वह वाले वे सकता सकते सभी साथ से हम ही हुआ हुई हुए है हैं हो होता होती होते होने"""

HAN_SIGNS = "的了是在和与與或及这這那们們你我他她它吗嗎呢吧也就很把让讓该該"
"""What parts words in Chinese, a sign each."""

HAN_WORDS = frozenset(
    """一个 一些 一個 一种 一種 一般 上記 上面 下記 下面 不会 不同 不會 不能 並且 之前 之后 之後 什么 什麼 以上
    以下 以及 任何 但 例如 其中 其他 其它 参照下 只是 只有 可以 可能 同时 同時 同様 因为 因此 因為 场合 場合
    如下 如何 如果 对于 對於 已經 已经 并且 应该 当前 必要 必須 必须 怎么 怎麼 應該 所以 所有 所谓 沒有 没有
    然后 然後 用于 用於 由于 由於 目前 許多 许多 还是 还有 进行 通常 通过 通過 進行 還是 還有 需要 非常""".split()
)
"""More of them, in Chinese and Japanese."""

FUNCTION_WORDS = frozenset(
    " ".join(
        [
            *(_ENGLISH, _GERMAN, _FRENCH, _SPANISH, _ITALIAN, _PORTUGUESE, _DUTCH, _POLISH, _TURKISH),
            *(_RUSSIAN, _UKRAINIAN, _GREEK, _ARABIC, _PERSIAN, _HEBREW, _HINDI),
        ]
    ).split()
)
"""The words of all these languages; one that has a subject in another language is missed there."""
